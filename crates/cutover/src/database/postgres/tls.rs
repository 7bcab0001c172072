//! Encryption: rustls with ring, the system's certificates, and a verification that only the URL can relax.

use std::path::Path;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::model::error::{Error, ErrorKind, Result};

/// How a server has to prove who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verification {
    /// A trusted certificate in its own name.
    Full,
    /// A trusted certificate in any name.
    Authority,
    /// Not at all.
    None,
}

/// How to encrypt a connection, if at all.
#[derive(Clone)]
pub(super) struct Tls(pub Option<MakeRustlsConnect>);

impl Tls {
    /// No encryption.
    pub(super) fn none() -> Self {
        Self(None)
    }

    /// Encryption with certificates from `authorities` (a PEM file, or `system`), else from the system and, as libpq does, from
    /// `~/.postgresql/root.crt`.
    ///
    /// # Errors
    /// Where a file cannot be read or holds no certificate, or nothing is trusted at all.
    pub(super) fn new(
        verification: Verification,
        authorities: Option<&Path>,
        certificate: Option<&Path>,
        key: Option<&Path>,
        home: Option<&Path>,
    ) -> Result<Self> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier: Arc<dyn ServerCertVerifier> = match verification {
            Verification::None => Arc::new(Unverified(provider.clone())),
            Verification::Full => trusting(authorities, home, &provider)?,
            Verification::Authority => Arc::new(AnyName(trusting(authorities, home, &provider)?)),
        };
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|source| Error::new(ErrorKind::Internal, "TLS cannot be set up").because(source))?
            .dangerous()
            .with_custom_certificate_verifier(verifier);
        let config = match (certificate, key) {
            (Some(certificate), Some(key)) => {
                let chain = certificates(certificate)?;
                let key = PrivateKeyDer::from_pem_file(key).map_err(|source| unreadable("key", key, source))?;
                builder.with_client_auth_cert(chain, key).map_err(|source| {
                    Error::new(ErrorKind::Input, "the client's certificate and key do not fit together").because(source)
                })?
            }
            (None, None) => builder.with_no_client_auth(),
            _ => return Err(Error::new(ErrorKind::Input, "sslcert and sslkey belong together: one of them is missing")),
        };
        Ok(Self(Some(MakeRustlsConnect::new(config))))
    }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<std::result::Result<Vec<_>, _>>);
    read.map_err(|source| unreadable("certificate", path, source))
}

fn unreadable(what: &str, path: &Path, source: rustls::pki_types::pem::Error) -> Error {
    Error::new(ErrorKind::File, format!("no {what} can be read from {}", path.display())).because(source)
}

fn trusting(authorities: Option<&Path>, home: Option<&Path>, provider: &Arc<CryptoProvider>) -> Result<Arc<WebPkiServerVerifier>> {
    let mut roots = RootCertStore::empty();
    match authorities.filter(|path| *path != Path::new("system")) {
        Some(path) => {
            roots.add_parsable_certificates(certificates(path)?);
        }
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            if let Some(own) = home.map(|home| home.join(".postgresql/root.crt")).filter(|own| own.exists()) {
                roots.add_parsable_certificates(certificates(&own)?);
            }
        }
    }
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone()).build().map_err(|source| {
        Error::new(ErrorKind::Input, "no certificate authority is known, so the server cannot be verified")
            .because(source)
            .hint("name the file of the server's authority: sslrootcert=/path/root.crt")
    })
}

/// `verify-ca`: the certificate must be trusted, but may be in any name.
#[derive(Debug)]
struct AnyName(Arc<WebPkiServerVerifier>);

impl ServerCertVerifier for AnyName {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> std::result::Result<ServerCertVerified, rustls::Error> {
        match self.0.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
            // The chain has been verified before the name is looked at.
            Err(rustls::Error::InvalidCertificate(CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. })) => {
                Ok(ServerCertVerified::assertion())
            }
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}

/// `no-verify`: encrypted, but for whom is not looked at.
#[derive(Debug)]
struct Unverified(Arc<CryptoProvider>);

impl ServerCertVerifier for Unverified {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> std::result::Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
