# Second Opinion as one container. Build: docker build -t second-opinion .
FROM python:3.11.11-slim-bookworm

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN useradd --create-home --uid 1000 reviewer
WORKDIR /app
COPY requirements.lock ./
RUN pip install --require-hashes -r requirements.lock
COPY --chown=reviewer:reviewer . .
RUN mkdir -p /workspaces && chown reviewer:reviewer /workspaces
USER reviewer

ENV SECOND_OPINION_WORKSPACES=/workspaces SECOND_OPINION_LOG=json PORT=8501
VOLUME /workspaces
EXPOSE 8501
# Reads the decision log, not only whether the process answers.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["python", "deploy/health.py"]
CMD ["sh", "deploy/start.sh"]
