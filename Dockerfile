# Leadwright with dashboards and linkage, from the lock: docker build -t leadwright .
# The workspace is mounted at /workspace; its compose.yaml starts Prefect, a worker and the dashboards.
FROM python:3.11-slim AS wheels
COPY . /src
RUN pip install --no-cache-dir "hatchling>=1.27" \
 && pip wheel --no-deps --no-build-isolation --wheel-dir /wheels /src

FROM python:3.11-slim
RUN apt-get update \
 && apt-get install --yes --no-install-recommends git \
 && rm -rf /var/lib/apt/lists/*
COPY requirements.lock /tmp/
RUN pip install --no-cache-dir --no-deps --require-hashes --requirement /tmp/requirements.lock
COPY --from=wheels /wheels /tmp/wheels
RUN pip install --no-cache-dir --no-deps /tmp/wheels/*.whl \
 && rm -r /tmp/wheels /tmp/requirements.lock \
 && useradd --create-home leadwright
USER leadwright
WORKDIR /workspace
ENV LEADWRIGHT_WORKSPACE=/workspace PREFECT_SERVER_ANALYTICS_ENABLED=false DO_NOT_TRACK=1
CMD ["leadwright", "--help"]
