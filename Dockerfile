# The study page as a container: docker build -t llm-study . && docker run -p 127.0.0.1:7860:7860 -v llm-study:/data llm-study
FROM debian:bookworm-slim AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends python3-venv \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
# What is removed is never imported: tests of dependencies, and what only installs packages.
RUN python3 -m venv /opt/llm-study \
    && /opt/llm-study/bin/pip install --no-cache-dir --no-compile . \
    && /opt/llm-study/bin/pip uninstall -y pip setuptools \
    && find /opt/llm-study/lib -type d \( -name tests -o -name __pycache__ \) -prune -exec rm -rf {} +

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates python3 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin llm-study \
    && install -d -o llm-study -g llm-study /data
COPY --from=build /opt/llm-study /opt/llm-study
ENV PATH=/opt/llm-study/bin:$PATH \
    HOME=/data \
    LLMSTUDY_DATA=/data \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 7860
# The first start builds the index, which takes some seconds, minutes where the processor is busy.
HEALTHCHECK --interval=30s --timeout=5s --start-period=180s \
    CMD ["python3", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:7860/api/v1/search?q=LoRA&k=1', timeout=4)"]
CMD ["llm-study", "--host", "0.0.0.0"]
