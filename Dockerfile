# The server as an image: one binary on a plain Debian, run by a user without rights.
# The steps of the build stage are also run without an engine, by .ci/container-steps.

FROM rust:1.95-slim-trixie AS build
WORKDIR /src

# The dependencies are a layer of their own, which is built again only when Cargo.toml or Cargo.lock change.
COPY Cargo.toml Cargo.lock ./
RUN mkdir -p src benches/load tests/chaos \
    && echo 'fn main() {}' >src/main.rs \
    && touch src/lib.rs benches/load/main.rs tests/chaos/main.rs \
    && cargo build --release --locked \
    && rm -r src

# Without the touch the copied files are older than what was just built of their namesakes, and cargo leaves that.
COPY migrations migrations
COPY src src
RUN touch src/main.rs src/lib.rs \
    && cargo build --release --locked \
    && strip -o parlance target/release/parlance

FROM debian:trixie-slim
RUN useradd --system --uid 10001 --user-group --no-create-home parlance \
    && install -d -o parlance -g parlance -m 700 /var/lib/parlance
COPY --from=build /src/parlance /usr/local/bin/parlance

# Mount a volume here: with SQLite, database, secret and request log are in ./data; with MySQL, the request log is in this folder.
WORKDIR /var/lib/parlance
USER 10001:10001
ENV PARLANCE_LISTEN=0.0.0.0:8000
EXPOSE 8000

# The image has no curl; bash speaks enough HTTP to ask /readyz.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8000 && printf 'GET /readyz HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && read -r -t 4 _ status _ <&3 && test \"$status\" = 200"]

ENTRYPOINT ["parlance"]
CMD ["serve"]
