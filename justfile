set shell := ["bash", "-euo", "pipefail", "-c"]

# Audit a synthetic tenant and say where the report is
demo *arguments:
    cargo run -- demo {{arguments}}

# The audit, as cron calls it
run *arguments:
    cargo run --release -- run {{arguments}}

test:
    cargo test --workspace

# What an audit costs: docs/performance.md says how to read it
bench *arguments:
    cargo bench --bench audit -- {{arguments}}

# Everything that must hold before a change is merged
ci:
    .ci/run

# Everything compiles with the oldest Rust that Cargo.toml promises; needs rustup
msrv:
    .ci/msrv

# Make the generated pages again
docs:
    .ci/docs

# Take the picture of the README again; needs chromium
picture:
    .ci/picture

# Hold the emulator and the client against Google's schema and Google's own clients; needs Python and Node
contract:
    contract/run

fmt:
    cargo fmt --all

lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- -D warnings

# Licenses, sources and known vulnerabilities of dependencies; needs Python
deny:
    .ci/deny
