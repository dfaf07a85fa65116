# syntax=docker/dockerfile:1
# The app alone; deploy/compose.yaml adds PostgreSQL and nginx.
FROM python:3.13-slim

# Chinese letters in pictures; PDF by LibreOffice; backups by PostgreSQL's client programs.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        fontconfig fonts-liberation fonts-wqy-microhei libreoffice-writer-nogui postgresql-client \
    && rm -rf /var/lib/apt/lists/*

# The checkout is there while this runs, and in no layer of the image.
RUN --mount=type=bind,target=/src \
    pip install --no-cache-dir --constraint /src/constraints.txt "/src[app]" \
    && useradd --system --create-home --home-dir /var/lib/ahp ahp

USER ahp
VOLUME /var/lib/ahp
ENV AHP_DATABASE_URL=sqlite:////var/lib/ahp/ahp.db \
    AHP_SIGNING_KEY=/var/lib/ahp/signing_key.pem
EXPOSE 8501
HEALTHCHECK --start-period=60s CMD \
    ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8501/readyz', timeout=5)"]
CMD ["ahp", "serve", "--host", "0.0.0.0"]
