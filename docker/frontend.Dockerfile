# The page and its API: one static binary. Build it from the repository's root:
#
#   docker build -f docker/frontend.Dockerfile -t pneumoscope/frontend:dev .

FROM golang:1.26-trixie AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY docker/healthcheck docker/healthcheck
COPY frontend frontend
COPY internal/daemon internal/daemon
COPY internal/film internal/film
COPY internal/secret internal/secret
COPY modelserver/api modelserver/api
ARG VERSION=dev
ARG REVISION=unknown
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags "-s -w -X pneumoscope/internal/daemon.version=$VERSION -X pneumoscope/internal/daemon.revision=$REVISION" \
      -o /rootfs/usr/local/bin/ ./frontend ./docker/healthcheck \
 && mkdir -p /rootfs/etc/ssl/certs /rootfs/usr/share/sbom \
 && dpkg-query --show --showformat '${Package} ${Version} ${source:Package}\n' ca-certificates >/rootfs/usr/share/sbom/debian.txt \
 && cp -L --parents /usr/share/doc/ca-certificates/copyright /rootfs \
 && cp /etc/ssl/certs/ca-certificates.crt /rootfs/etc/ssl/certs/
COPY LICENSE NOTICE THIRD_PARTY_NOTICES.md /rootfs/usr/share/doc/pneumoscope/
# A copied file keeps the time of its checkout. All files therefore get the same time,
# so that the same source gives the same layers. Engines that support SOURCE_DATE_EPOCH
# (Docker 23 and later) also date the image with it.
RUN chmod -R u=rwX,go=rX /rootfs/usr/share/doc && find /rootfs -exec touch -h -d @0 {} +

FROM scratch
COPY --from=build /rootfs/ /
USER 10001:10001
EXPOSE 8080 8081
HEALTHCHECK --interval=2s --timeout=4s --retries=15 CMD ["/usr/local/bin/healthcheck", "http://127.0.0.1:8081/readyz"]
ENTRYPOINT ["/usr/local/bin/frontend"]
ARG VERSION=dev
ARG REVISION=unknown
LABEL org.opencontainers.image.title="pneumoscope frontend" \
      org.opencontainers.image.description="The page and the JSON API that turn a chest film into a probability. Not a medical device." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"
