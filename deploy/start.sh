#!/bin/sh
# Starts the app for others to reach: sign-in, or SECOND_OPINION_OPEN=1, is required (see SECURITY.md).
# ALLOWED_HOSTS: names under which it is reached, divided by commas.
set -euf
cd "$(dirname "$0")/.."
IFS=,
for host in ${ALLOWED_HOSTS:-localhost,127.0.0.1}; do
  set -- "$@" --server.allowedHosts "$host"
done
unset IFS
if [ "${SECOND_OPINION_LOG:-}" = json ]; then # a greeting is no line of JSON
  set -- "$@" --logger.hideWelcomeMessage true
fi
exec "${PYTHON:-python}" -m streamlit run app.py \
  --server.address "${ADDRESS:-0.0.0.0}" \
  --server.port "${PORT:-8501}" \
  "$@"
