"""Names of rule sets and saved filters are one name in any letter case."""

import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('pricing', '0002_rules_approval_schedule_lists'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='ruleset',
            name='rule_set_name',
        ),
        migrations.RemoveConstraint(
            model_name='savedfilter',
            name='saved_filter_name',
        ),
        migrations.AddConstraint(
            model_name='ruleset',
            constraint=models.UniqueConstraint(models.F('shop'), django.db.models.functions.text.Lower('name'), name='rule_set_name_once'),
        ),
        migrations.AddConstraint(
            model_name='savedfilter',
            constraint=models.UniqueConstraint(models.F('shop'), django.db.models.functions.text.Lower('name'), name='saved_filter_name_once'),
        ),
    ]
