//! The running emulator.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use chrono::{DateTime, Utc};
use hyper_util::server::graceful::GracefulShutdown;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

use crate::bearer_tokens::BearerTokens;
use crate::certificate;
use crate::client_files::{self, ClientFiles, LARGEST_TRUTH};
use crate::clock::Clock;
use crate::connection::{Wire, converse};
use crate::doomed_tokens::DoomedTokens;
use crate::error::EmulatorError;
use crate::fault::Faults;
use crate::options::Options;
use crate::page_tokens::PageTokens;
use crate::request_log::{LoggedRequest, RequestLog};
use crate::serve::router;
use crate::signing_key::SigningKey;
use crate::tenant::{Tenant, truth};
use crate::world::World;

/// How long open connections get to finish when the emulator stops.
const FAREWELL: Duration = Duration::from_secs(2);

const BREATH: Duration = Duration::from_millis(20);

/// A running emulator. Dropping it stops it at once; [`Emulator::shutdown`] lets requests finish.
#[derive(Debug)]
pub struct Emulator {
    world: Arc<World>,
    address: SocketAddr,
    base_url: String,
    audit_key: &'static SigningKey,
    authority_pem: Option<String>,
    stop: watch::Sender<bool>,
    serving: JoinHandle<()>,
}

/// Makes the tenant and serves it until the returned [`Emulator`] is shut down or dropped.
///
/// # Errors
///
/// If the address cannot be listened on, the log file cannot be made, or a key cannot be generated.
pub async fn start(options: Options) -> Result<Emulator, EmulatorError> {
    let clock = Clock::new(options.at, options.clock_ahead);
    let mut tenant = Tenant::found(&options, clock.now());
    let audit_key = SigningKey::of_audit()?;
    tenant.publish_audit_key(&audit_key.public);

    let listen_error = |source| EmulatorError::Listen { address: options.listen, source };
    let listener = TcpListener::bind(options.listen).await.map_err(listen_error)?;
    let address = listener.local_addr().map_err(listen_error)?;
    let identity = options.tls.then(|| certificate::make(address.ip())).transpose()?;
    let base_url = format!("{}://{address}", if options.tls { "https" } else { "http" });

    let log = RequestLog::new(&options)?;
    let world = Arc::new(World {
        tenant,
        clock,
        bearer_tokens: BearerTokens::new()?,
        doomed_tokens: DoomedTokens::default(),
        page_tokens: PageTokens::new()?,
        page_cap: options.page_cap(),
        faults: Faults::new(options.faults, options.seed),
        log,
        latency: options.latency,
        token_uri: format!("{base_url}/token"),
    });
    if world.tenant.people.len() <= LARGEST_TRUTH {
        world.log.tell(|| truth(&world.tenant, world.clock.now()))?;
    }
    let (stop, stopped) = watch::channel(false);
    let acceptor = identity.as_ref().map(|identity| TlsAcceptor::from(Arc::clone(&identity.server)));
    let serving = tokio::spawn(accept(listener, acceptor, router(Arc::clone(&world)), stopped));
    Ok(Emulator {
        world,
        address,
        base_url,
        audit_key,
        authority_pem: identity.map(|identity| identity.authority_pem),
        stop,
        serving,
    })
}

impl Emulator {
    /// The root under which every API's path is served.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The emulator's time.
    pub fn now(&self) -> DateTime<Utc> {
        self.world.clock.now()
    }

    /// The latest requests, oldest first: up to 10,000 of them; a log file has them all.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.world.log.latest()
    }

    /// The tenant's whole truth in Google's field names: users with their mailboxes, domains, roles,
    /// service accounts with their keys, and delegations. As large as the tenant.
    pub fn truth(&self) -> Value {
        truth(&self.world.tenant, self.now())
    }

    /// Writes what a client needs to audit this tenant, readable only by the owner.
    ///
    /// # Errors
    ///
    /// If the folder or a file in it cannot be written.
    pub fn write_client_files(&self, folder: &Path) -> Result<ClientFiles, EmulatorError> {
        client_files::write(
            folder,
            &self.world,
            &self.base_url,
            &self.audit_key.private,
            self.authority_pem.as_deref(),
        )
    }

    /// Writes a key file for any service account that has a user-managed key, usable or not: to try what
    /// other clients of the tenant may do.
    ///
    /// # Errors
    ///
    /// If there is no such account or key, or the file cannot be written.
    pub fn write_key_file(&self, account: &str, path: &Path) -> Result<PathBuf, EmulatorError> {
        if account.eq_ignore_ascii_case(&self.world.tenant.audit_account) {
            return client_files::write_key_file(path, &self.world, account, &self.audit_key.private);
        }
        let key = SigningKey::of_other_clients()?;
        client_files::write_key_file(path, &self.world, account, &key.private)
    }

    /// Stops accepting, lets open requests finish, and returns when the address is free.
    pub async fn shutdown(mut self) {
        self.stop.send_replace(true);
        // The task ends by itself; that it was cancelled or panicked changes nothing for the caller.
        let _ = (&mut self.serving).await;
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Accepts until told to stop. The connections end with this task at the latest.
async fn accept(
    listener: TcpListener,
    acceptor: Option<TlsAcceptor>,
    router: Router,
    mut stopped: watch::Receiver<bool>,
) {
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = connections.join_next() => continue,
            _ = stopped.changed() => break,
        };
        let Ok((stream, _)) = stream else {
            // Out of sockets, most likely: better to wait than to spin.
            tokio::time::sleep(BREATH).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        let (router, watcher) = (router.clone(), graceful.watcher());
        let (stream, line) = Wire::new(stream);
        match acceptor.clone() {
            None => {
                connections.spawn(converse(stream, line, router, watcher));
            }
            Some(acceptor) => {
                connections.spawn(async move {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        converse(stream, line, router, watcher).await;
                    }
                });
            }
        }
    }
    drop(listener);
    let _ = tokio::time::timeout(FAREWELL, graceful.shutdown()).await;
}
