"""The Django admin with our site. Apart from ``config.apps``, where it would be found twice."""

from django.contrib.admin.apps import AdminConfig


class BackroomAdminConfig(AdminConfig):
    """Finds the apps' ``admin.py`` as ever; only the site is ours."""

    default = False
    default_site = "config.site.BackroomSite"
