# The service with the model that comes with evenvoice, as a user without rights:
#     docker build -t evenvoice . && docker run --rm -p 127.0.0.1:8000:8000 evenvoice
# A model of your own: docker run … -v "$PWD/model.onnx:/model.onnx:ro" evenvoice /model.onnx
FROM node:22-slim AS page
WORKDIR /build
COPY web/package.json web/package-lock.json web/
RUN npm --prefix web ci --ignore-scripts
COPY web web
RUN mkdir -p src/evenvoice/serve && npm --prefix web run build

FROM python:3.12-slim AS wheel
WORKDIR /build
RUN pip install --no-cache-dir build
COPY pyproject.toml hatch_build.py README.md LICENSE ./
COPY src src
COPY --from=page /build/src/evenvoice/serve/page src/evenvoice/serve/page
RUN python -m build --wheel

FROM python:3.12-slim
RUN useradd --system --no-create-home evenvoice
COPY constraints.txt /tmp/
COPY --from=wheel /build/dist/*.whl /tmp/
RUN for wheel in /tmp/*.whl; do pip install --no-cache-dir --constraint /tmp/constraints.txt "$wheel[serve]"; done \
    && rm -r /tmp/*
ENV ORT_DISABLE_TELEMETRY=1 PYTHONDONTWRITEBYTECODE=1
USER evenvoice
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health', timeout=3)"]
ENTRYPOINT ["evenvoice", "serve", "--host", "0.0.0.0"]
