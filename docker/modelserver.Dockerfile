# The model server with TensorFlow's C library and the model of mlruns/. Build it
# from the repository's root:
#
#   docker build -f docker/modelserver.Dockerfile -t pneumoscope/modelserver:dev .

# TensorFlow's library without its symbol table is a third smaller, and gives the
# same numbers at the same speed.
FROM debian:trixie-slim AS tensorflow
RUN apt-get update \
 && apt-get install -y --no-install-recommends binutils ca-certificates python3-pip \
 && rm -rf /var/lib/apt/lists/*
COPY modelserver/libtensorflow/fetch modelserver/libtensorflow/wheel.txt /fetch/
RUN --mount=type=cache,target=/root/.cache/pip \
    /fetch/fetch /opt/tensorflow \
 && strip --strip-unneeded /opt/tensorflow/libtensorflow_*.so.2
# All files get the same time, here and below, so that the same source gives the same
# layers.
RUN mkdir -p /rootfs/usr/local/lib /rootfs/usr/share/doc/tensorflow \
 && ln /opt/tensorflow/libtensorflow_*.so.2 /rootfs/usr/local/lib/ \
 && gzip -9n -c /opt/tensorflow/THIRD_PARTY_NOTICES.txt >/rootfs/usr/share/doc/tensorflow/THIRD_PARTY_NOTICES.txt.gz \
 && find /rootfs -exec touch -h -d @0 {} +

FROM debian:trixie-slim AS model
COPY mlruns /rootfs/mlruns
COPY modelserver/libtensorflow/wheel.txt /rootfs/usr/share/sbom/python.txt
COPY LICENSE NOTICE THIRD_PARTY_NOTICES.md /rootfs/usr/share/doc/pneumoscope/
# Long notices are compressed, here and below, as in Debian's packages.
RUN gzip -9n /rootfs/usr/share/doc/pneumoscope/THIRD_PARTY_NOTICES.md
# The container's user must be able to read these files, whatever umask the checkout had.
RUN chmod -R u=rwX,go=rX /rootfs && find /rootfs -exec touch -h -d @0 {} +

FROM golang:1.26-trixie AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY --from=tensorflow /opt/tensorflow /opt/tensorflow
COPY docker/healthcheck docker/healthcheck
COPY internal/daemon internal/daemon
COPY internal/secret internal/secret
COPY modelserver modelserver
ARG VERSION=dev
ARG REVISION=unknown
# SQLite, the only C code that is compiled here, reads a few rows when a model is
# looked up: its size matters more than its speed. So does that of the health check,
# whose functions are not inlined.
#
# ldd lists the system libraries and their paths. Go resolves host names, so glibc's
# resolver and its plug-ins are not needed. The libraries' licences are copied too; a
# file that packages share is copied once. The bill of materials needs the list of these
# packages.
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    export CGO_CFLAGS="-Os -I/opt/tensorflow/include" \
           CGO_LDFLAGS="-L/opt/tensorflow -ltensorflow_framework -Wl,-rpath,/usr/local/lib" \
 && go build -trimpath -buildvcs=false -tags netgo,osusergo,sqlite_omit_load_extension \
      -ldflags "-s -w -X pneumoscope/internal/daemon.version=$VERSION -X pneumoscope/internal/daemon.revision=$REVISION" \
      -o /program/usr/local/bin/ ./modelserver \
 && CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags "-s -w" -gcflags=all=-l -o /program/usr/local/bin/ ./docker/healthcheck \
 && mkdir -p /system/usr/share/sbom \
 && LD_LIBRARY_PATH=/opt/tensorflow ldd /program/usr/local/bin/modelserver /opt/tensorflow/libtensorflow_*.so.2 \
    | grep -oE '/(usr/)?lib(64)?/[^ ]+' | sort -u >/tmp/libraries \
 && xargs -I{} cp -L --parents {} /system </tmp/libraries \
 && packages=$(xargs realpath </tmp/libraries | xargs dpkg-query --search | sed 's/:.*//' | sort -u) \
 && for package in $packages; do \
      folder=$(realpath "/usr/share/doc/$package"); \
      cp -L --parents "$folder/copyright" /system || exit 1; \
      [ -e "/system/usr/share/doc/$package" ] || ln -s "${folder##*/}" "/system/usr/share/doc/$package"; \
    done \
 && find /system/usr/share/doc -type f -size +8k -exec gzip -9n {} + \
 && dpkg-query --show --showformat '${Package} ${Version} ${source:Package}\n' $packages >/system/usr/share/sbom/debian.txt \
 && find /program /system -exec touch -h -d @0 {} +

# Layers that change rarely come first, so that a change of the source ships only 20 MB.
FROM scratch
COPY --from=tensorflow /rootfs/ /
COPY --from=build /system/ /
COPY --from=model /rootfs/ /
COPY --from=build /program/ /
# TensorFlow reads this variable while its library is loaded, before the program could set it.
ENV TF_CPP_MIN_LOG_LEVEL=1
USER 10001:10001
EXPOSE 8000 8001
HEALTHCHECK --interval=2s --timeout=4s --retries=15 CMD ["/usr/local/bin/healthcheck", "http://127.0.0.1:8001/readyz"]
ENTRYPOINT ["/usr/local/bin/modelserver"]
ARG VERSION=dev
ARG REVISION=unknown
LABEL org.opencontainers.image.title="pneumoscope modelserver" \
      org.opencontainers.image.description="Serves a TensorFlow model that MLflow logged, over MLflow's scoring protocol. Not a medical device." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"
