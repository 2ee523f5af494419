//! The proxies that the environment names, for what does not ask reqwest.
//!
//! `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, in capitals or not, as curl reads them. This
//! machine is never reached through a proxy.

use std::error::Error;
use std::ffi::OsString;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::api::is_loopback;

/// The proxies that the environment names.
#[derive(Debug)]
pub(super) struct Proxies(Matcher);

impl Proxies {
    pub(super) fn of_environment() -> Self {
        Self(Matcher::from_env())
    }

    /// Refuses an address that is none: it would be passed over, and requests would go out directly. The address is
    /// not said, as it may hold a password.
    pub(super) fn refuse_malformed(value: impl Fn(&str) -> Option<OsString>) -> Result<(), &'static str> {
        let is_proxy = |value: &str| {
            let found = Matcher::builder()
                .all(value.to_owned())
                .build()
                .intercept(&Uri::from_static("https://beyond.invalid/"));
            found.is_some_and(|proxy| matches!(proxy.uri().scheme_str(), Some("http" | "https")))
        };
        for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
            let value = value(name).unwrap_or_default();
            if !value.is_empty() && !value.to_str().is_some_and(is_proxy) {
                return Err(name);
            }
        }
        Ok(())
    }

    /// The proxy between here and an address, as `host:port`; never with its password.
    pub(super) fn between(&self, address: &str) -> Option<String> {
        self.to(&address.parse().ok()?).and_then(|proxy| Some(proxy.uri().authority()?.as_str().to_owned()))
    }

    fn to(&self, address: &Uri) -> Option<Intercept> {
        let here = address.to_string().parse().is_ok_and(|url| is_loopback(&url));
        if here { None } else { self.0.intercept(address) }
    }
}

/// Connects through a proxy's tunnel where the environment names a proxy for an `https` address, else
/// directly. A proxy that is itself reached by TLS is not supported here.
#[derive(Clone, Debug)]
pub(super) struct Outward {
    direct: HttpConnector,
    proxies: Arc<Proxies>,
}

impl Outward {
    pub(super) fn new(proxies: Proxies) -> Self {
        let mut direct = HttpConnector::new();
        direct.enforce_http(false);
        direct.set_connect_timeout(Some(Duration::from_secs(10)));
        Self { direct, proxies: Arc::new(proxies) }
    }
}

type AnyError = Box<dyn Error + Send + Sync>;

impl tower_service::Service<Uri> for Outward {
    type Response = TokioIo<TcpStream>;
    type Error = AnyError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, AnyError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), AnyError>> {
        self.direct.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, address: Uri) -> Self::Future {
        let mut direct = self.direct.clone();
        let proxy = self.proxies.to(&address).filter(|_| address.scheme_str() == Some("https"));
        Box::pin(async move {
            let Some(proxy) = proxy else { return Ok(direct.call(address).await?) };
            let tunnel = Tunnel::new(proxy.uri().clone(), direct);
            let mut tunnel = match proxy.basic_auth() {
                Some(auth) => tunnel.with_auth(auth.clone()),
                None => tunnel,
            };
            Ok(tunnel.call(address).await?)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies() -> Proxies {
        Proxies(Matcher::builder().all("http://user:word@proxy.example:3128").no("direct.example").build())
    }

    #[test]
    fn a_proxy_is_named_without_its_password() {
        let between = proxies().between("https://gmail.googleapis.com/x").unwrap();
        assert_eq!(between, "proxy.example:3128");
    }

    #[test]
    fn an_address_that_is_none_is_refused_by_the_name_of_its_variable() {
        let refused = |value: &str| {
            Proxies::refuse_malformed(|name| (name == "https_proxy").then(|| OsString::from(value)))
        };
        for address in
            ["http://proxy.example:3128", "https://user:word@proxy.example", "proxy.example:3128", ""]
        {
            assert_eq!(refused(address), Ok(()), "{address}");
        }
        for address in
            ["http://user:pass word@proxy.example", "http:///", "socks5://proxy.example", "ftp://a", "::"]
        {
            assert_eq!(refused(address), Err("https_proxy"), "{address}");
        }
    }

    #[test]
    fn this_machine_and_what_no_proxy_names_are_reached_directly() {
        for address in
            ["https://direct.example/", "http://127.0.0.1:1/", "http://[::1]:1/", "http://localhost/"]
        {
            assert_eq!(proxies().between(address), None, "{address}");
        }
    }
}
