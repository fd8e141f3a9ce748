# One image for web, worker and clock: compose.yaml runs it in all three parts.
# The process is user 10001 and writes to /run/obole and /tmp only.

FROM python:3.13-slim-trixie AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    UV_COMPILE_BYTECODE=1 \
    UV_LINK_MODE=copy \
    UV_PROJECT_ENVIRONMENT=/opt/obole \
    UV_PYTHON_DOWNLOADS=never
RUN pip install --no-cache-dir uv==0.13.9
WORKDIR /src
# What others made changes seldom, and stays in a layer of its own.
COPY pyproject.toml uv.lock README.md LICENSE ./
RUN uv sync --locked --no-dev --group programs --no-install-project --no-cache
COPY manage.py ./
COPY platform ./platform
COPY accounts ./accounts
COPY things ./things
COPY payments ./payments
RUN uv sync --locked --no-dev --group programs --no-editable --no-cache
# Static files need settings, and none of these values leaves this stage.
# hadolint ignore=DL3059
RUN OBOLE_PRODUCTION=1 \
    OBOLE_SECRET_KEY=for-collecting-static-files-only-and-known-to-everybody \
    OBOLE_SITE_URL=https://obole.example \
    DATABASE_URL=postgres://obole@localhost/obole \
    REDIS_URL=redis://localhost/0 \
    OBOLE_SMTP_URL=smtp://localhost \
    OBOLE_STATIC_DIR=/srv/obole/static \
    /opt/obole/bin/python manage.py collectstatic --no-input

FROM python:3.13-slim-trixie
RUN groupadd --gid 10001 obole \
    && useradd --uid 10001 --gid obole --no-create-home --home-dir /nonexistent obole \
    && install -d -o obole -g obole /run/obole /var/backups/obole
COPY --from=build /opt/obole /opt/obole
COPY --from=build /srv/obole/static /srv/obole/static
COPY --from=build /src/manage.py /srv/obole/manage.py
WORKDIR /srv/obole
ENV PATH=/opt/obole/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    OBOLE_PRODUCTION=1 \
    OBOLE_BEHIND_PROXY=1 \
    OBOLE_STATIC_DIR=/srv/obole/static \
    OBOLE_HEARTBEAT_DIR=/run/obole \
    GRANIAN_INTERFACE=wsgi \
    GRANIAN_HOST=0.0.0.0 \
    GRANIAN_PORT=8000 \
    GRANIAN_WORKERS=2 \
    GRANIAN_BLOCKING_THREADS=8 \
    GRANIAN_RESPAWN_FAILED_WORKERS=true \
    GRANIAN_LOG_LEVEL=warning
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["granian", "obole.wsgi:application"]
