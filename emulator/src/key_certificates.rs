//! The certificates of service accounts' keys, which Google shows to anybody who knows the account.
//!
//! A certificate carries the key's own public half, its account and its time. All are signed by one key,
//! where Google has each sign its own. *Unverified*: that disabled and expired keys are left out, what an
//! unknown account is answered, and that a disabled account still has its certificates.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::Response;
use axum::routing::get;
use chrono::{DateTime, Utc};
use rcgen::{CertificateParams, DnType, Issuer, PublicKeyData, SerialNumber, SignatureAlgorithm};
use serde_json::{Map, Value};
use time::OffsetDateTime;

use crate::api_error::ApiError;
use crate::call::Outcome;
use crate::google_key::GoogleKey;
use crate::respond::respond;
use crate::signing_key::SigningKey;
use crate::tenant::{Key, KeyOrigin, ServiceAccount};
use crate::world::World;

/// The last second that a certificate can name.
const ENDLESS: i64 = 253_402_300_799;

pub(crate) fn routes() -> Router<Arc<World>> {
    Router::new().route("/service_accounts/v1/metadata/x509/{account}", get(answer))
}

async fn answer(
    State(world): State<Arc<World>>,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response<Body> {
    let (parts, _) = request.into_parts();
    let outcome = path.map_err(|_| unknown()).and_then(|Path(name)| certificates(&world, &name));
    respond(&world, &parts, outcome).await
}

/// Each usable key's certificate under the key's id.
fn certificates(world: &World, name: &str) -> Outcome {
    let account = find(world, name).ok_or_else(unknown)?;
    let usable = account.keys.iter().filter(|key| key.is_usable(world.clock.now()));
    let certificates: Option<Map<String, Value>> =
        usable.map(|key| Some((key.id.clone(), Value::from(certificate(world, account, key)?)))).collect();
    certificates.map(Value::Object).ok_or_else(unknown)
}

fn find<'a>(world: &'a World, name: &str) -> Option<&'a ServiceAccount> {
    let own = world.tenant.account(name).map(|(_, account)| account);
    own.or_else(|| {
        let others = world.tenant.foreign_accounts.iter().filter(|other| !other.deleted);
        others.map(|other| &other.account).find(|account| account.email == name || account.client_id == name)
    })
}

fn certificate(world: &World, account: &ServiceAccount, key: &Key) -> Option<String> {
    let google = GoogleKey::shared().ok()?;
    if key.public_key.is_none() && key.origin != KeyOrigin::SystemManaged {
        SigningKey::of_other_clients().ok()?;
    }
    let public = PublicHalf(world.public_half(key)?);
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, account.email.replace('@', "."));
    params.not_before = moment(key.valid_after.timestamp())?;
    params.not_after = moment(key.valid_before.as_ref().map_or(ENDLESS, DateTime::<Utc>::timestamp))?;
    let serial = u64::from_str_radix(key.id.get(..15)?, 16).ok()?;
    params.serial_number = Some(SerialNumber::from(serial));
    let issuer = Issuer::from_params(&params, google.certifier());
    params.signed_by(&public, &issuer).ok().map(|certificate| certificate.pem())
}

fn moment(seconds: i64) -> Option<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp(seconds).ok()
}

fn unknown() -> ApiError {
    ApiError::unknown_name("/service_accounts/v1/metadata/x509")
}

/// An RSA key's public half, as a certificate takes it.
struct PublicHalf<'a>(&'a [u8]);

impl PublicKeyData for PublicHalf<'_> {
    fn der_bytes(&self) -> &[u8] {
        self.0
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &rcgen::PKCS_RSA_SHA256
    }
}
