//! The running emulator.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use axum::Router;
use chrono::{DateTime, Utc};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use crate::bearer_tokens::BearerTokens;
use crate::certificate;
use crate::client_files::{self, ClientFiles};
use crate::clock::Clock;
use crate::error::EmulatorError;
use crate::fault::Faults;
use crate::options::Options;
use crate::page_tokens::PageTokens;
use crate::request_log::{LoggedRequest, RequestLog};
use crate::serve::router;
use crate::tenant::{Tenant, truth};
use crate::world::World;

/// How long open connections get to finish when the emulator stops.
const FAREWELL: Duration = Duration::from_secs(2);

/// A running emulator. Dropping it stops it at once; [`Emulator::shutdown`] lets requests finish.
#[derive(Debug)]
pub struct Emulator {
    world: Arc<World>,
    address: SocketAddr,
    base_url: String,
    private_key: Vec<u8>,
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
    let clock = Clock::new(options.at);
    let mut tenant = Tenant::found(&options, clock.now());
    let private_key = equip_audit_account(&mut tenant)?;

    let listen_error = |source| EmulatorError::Listen {
        address: options.listen,
        source,
    };
    let listener = TcpListener::bind(options.listen)
        .await
        .map_err(listen_error)?;
    let address = listener.local_addr().map_err(listen_error)?;
    let identity = options
        .tls
        .then(|| certificate::make(address.ip()))
        .transpose()?;
    let base_url = format!("{}://{address}", if options.tls { "https" } else { "http" });

    let world = Arc::new(World {
        tenant,
        clock,
        bearer_tokens: BearerTokens::default(),
        page_tokens: PageTokens::new()?,
        page_cap: options.page_cap(),
        faults: Faults::new(options.faults),
        log: RequestLog::new(options.request_log.as_deref(), options.log_bodies)?,
        latency: options.latency,
        token_uri: format!("{base_url}/token"),
    });
    let (stop, stopped) = watch::channel(false);
    let acceptor = identity
        .as_ref()
        .map(|identity| TlsAcceptor::from(Arc::clone(&identity.server)));
    let serving = tokio::spawn(accept(
        listener,
        acceptor,
        router(Arc::clone(&world)),
        stopped,
    ));
    Ok(Emulator {
        world,
        address,
        base_url,
        private_key,
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

    /// The latest requests, oldest first: up to 50,000 of them.
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
            &self.private_key,
            self.authority_pem.as_deref(),
        )
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

/// Gives the audit's account the public half of a new key, and returns the private half.
fn equip_audit_account(tenant: &mut Tenant) -> Result<Vec<u8>, EmulatorError> {
    let failed = |_| EmulatorError::Cryptography {
        what: "the service account's key",
    };
    let pair = KeyPair::generate(KeySize::Rsa2048).map_err(failed)?;
    let private_key = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair)
        .map_err(failed)?
        .as_ref()
        .to_vec();
    tenant.publish_audit_key(pair.public_key().as_ref());
    Ok(private_key)
}

async fn accept(
    listener: TcpListener,
    acceptor: Option<TlsAcceptor>,
    router: Router,
    mut stopped: watch::Receiver<bool>,
) {
    let graceful = GracefulShutdown::new();
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopped.changed() => break,
        };
        // A connection that failed before it began is the client's loss only.
        let Ok((stream, _)) = stream else { continue };
        let _ = stream.set_nodelay(true);
        let (router, watcher) = (router.clone(), graceful.watcher());
        match acceptor.clone() {
            None => {
                tokio::spawn(converse(stream, router, watcher));
            }
            Some(acceptor) => {
                tokio::spawn(async move {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        converse(stream, router, watcher).await;
                    }
                });
            }
        }
    }
    drop(listener);
    let _ = tokio::time::timeout(FAREWELL, graceful.shutdown()).await;
}

/// Serves one connection, in HTTP/1.1 or HTTP/2 as the client begins it.
async fn converse<S>(stream: S, router: Router, watcher: hyper_util::server::graceful::Watcher)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let builder = auto::Builder::new(TokioExecutor::new());
    let connection = builder
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router))
        .into_owned();
    // A connection that breaks is the client's to report.
    let _ = watcher.watch(connection).await;
}
