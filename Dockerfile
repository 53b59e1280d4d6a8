# One image for web, worker and scheduler; the command chooses. All the work is in `kafedra …`.
FROM python:3.12-slim-bookworm
WORKDIR /srv/kafedra
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 KAFEDRA_ENV=production KAFEDRA_HOST=0.0.0.0 KAFEDRA_VAR=/var/lib/kafedra
RUN useradd --system --home /var/lib/kafedra --create-home kafedra
COPY requirements.lock pyproject.toml README.md ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY app app
COPY courses courses
COPY worker worker
COPY templates templates
COPY migrations migrations
RUN pip install --no-cache-dir --no-deps --no-build-isolation -e . && kafedra build
USER kafedra
EXPOSE 8000
CMD ["kafedra", "web"]
