# syntax=docker/dockerfile:1
# Two stages: the first has pip and builds, the second only runs. The lock is the one of production
# (deploy/requirements.lock, a subset of requirements.lock without tools, tests and embedded servers).

FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /venv
COPY deploy/requirements.lock /build/requirements.lock
RUN --mount=type=cache,target=/root/.cache/pip \
    /venv/bin/pip install --require-hashes --no-deps --only-binary :all: -r /build/requirements.lock
# Nothing installs into the environment that runs.
RUN /venv/bin/pip uninstall --yes pip

FROM python:3.13-slim
LABEL org.opencontainers.image.title="Backroom"
# 10001: not a number that a host gives to people.
RUN groupadd --gid 10001 backroom \
 && useradd --uid 10001 --gid backroom --no-create-home --shell /usr/sbin/nologin backroom \
 && install --directory --owner=backroom --group=backroom /var/lib/backroom
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=config.settings \
    VAR_DIR=/var/lib/backroom \
    STATIC_ROOT=/app/staticfiles
WORKDIR /app
COPY . /app
# Settings refuse to load without secrets; these exist for this one command and protect nothing.
RUN SECRET_KEY=only-for-collecting-static-files-not-a-secret-at-all \
    BACKROOM_KEYS=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= \
    DATABASE_URL=postgres://nobody@localhost/none REDIS_URL=redis://localhost \
    VAR_DIR=/tmp python manage.py collectstatic --no-input --verbosity 0 \
 && python -m compileall -q /app /venv/lib
USER backroom
EXPOSE 8000 8001
# Compose tells each service its own; this one is for `docker run`.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=4 \
    CMD ["python", "-m", "config.container_health", "http", "8000", "/readyz"]
CMD ["granian", "--interface=wsgi", "--host=0.0.0.0", "--port=8000", "--workers=2", "--blocking-threads=8", \
     "--backlog=1024", "--respawn-failed-workers", "config.wsgi:application"]
