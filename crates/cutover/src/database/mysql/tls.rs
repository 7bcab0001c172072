//! Encryption: certificates are verified, and only the URL can relax that.

use std::path::PathBuf;

use mysql::{ClientIdentity, SslOpts};

use crate::model::error::{Error, ErrorKind, Result};

/// How to encrypt a connection, if at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Encryption {
    /// Not at all: nobody can listen in between, or the URL says so.
    None,
    /// With a trusted certificate in the server's own name. `optional` where a server without encryption will do.
    Verified {
        /// The file of a private authority's certificate; the well-known public ones are trusted besides.
        authority: Option<PathBuf>,
        /// Certificate and key of the client.
        identity: Option<(PathBuf, PathBuf)>,
        /// Whether to go on without where the server has none.
        optional: bool,
    },
    /// Encrypted, but for whom is not looked at.
    Unverified,
}

/// What was asked for.
#[derive(Debug, Default)]
pub(super) struct Wishes {
    /// `ssl-mode`.
    pub mode: Option<String>,
    /// `ssl-ca`.
    pub authority: Option<PathBuf>,
    /// `ssl-cert`.
    pub certificate: Option<PathBuf>,
    /// `ssl-key`.
    pub key: Option<PathBuf>,
}

impl Wishes {
    /// Decides how to encrypt. `near` says that the address is a socket or on this machine, `socket` that it is a socket.
    ///
    /// # Errors
    /// Where the mode is not known, or a file is missing.
    pub(super) fn encryption(&self, near: bool, socket: bool) -> Result<Encryption> {
        let asked = self.mode.as_deref().map(|mode| mode.to_ascii_lowercase().replace('_', "-"));
        let mode = asked.as_deref().unwrap_or(if near { "disabled" } else { "required" });
        let verified = |optional| -> Result<Encryption> {
            let identity = match (&self.certificate, &self.key) {
                (Some(certificate), Some(key)) => Some((certificate.clone(), key.clone())),
                (None, None) => None,
                _ => return Err(Error::new(ErrorKind::Input, "ssl-cert and ssl-key belong together: one of them is missing")),
            };
            let files = self.authority.iter().chain(identity.iter().flat_map(|(certificate, key)| [certificate, key]));
            for path in files {
                std::fs::metadata(path).map_err(|source| Error::file("read", path, source))?;
            }
            Ok(Encryption::Verified { authority: self.authority.clone(), identity, optional })
        };
        match mode {
            "disable" | "disabled" => Ok(Encryption::None),
            // Nobody can listen in between on a socket, and the driver cannot encrypt there.
            _ if socket => Ok(Encryption::None),
            "prefer" | "preferred" => verified(true),
            "require" | "required" | "verify-identity" | "verify-full" => verified(false),
            "no-verify" => Ok(Encryption::Unverified),
            "verify-ca" => Err(Error::new(ErrorKind::Input, "ssl-mode=verify-ca is not supported")
                .hint("public authorities are trusted besides ssl-ca, so a certificate in any name would prove nothing: use verify-identity, and give the host by a name that is in the certificate")),
            other => Err(Error::new(ErrorKind::Input, format!("ssl-mode is `{other}`, which is not known"))
                .hint("use disabled, preferred, required, verify-identity, or no-verify (encrypted, but for whom is not looked at)")),
        }
    }
}

impl Encryption {
    /// For the driver.
    pub(super) fn options(&self) -> Option<SslOpts> {
        match self {
            Self::None => None,
            Self::Unverified => Some(SslOpts::default().with_danger_accept_invalid_certs(true).with_danger_skip_domain_validation(true)),
            Self::Verified { authority, identity, .. } => {
                let identity = identity.clone().map(|(certificate, key)| ClientIdentity::new(certificate, key));
                Some(SslOpts::default().with_root_cert_path(authority.clone()).with_client_identity(identity))
            }
        }
    }

    /// Whether the server has to prove who it is.
    #[cfg(test)]
    pub(super) fn is_verified(&self) -> bool {
        matches!(self, Self::Verified { .. })
    }

    /// Whether to go on without where the server has none.
    pub(super) fn may_be_left_out(&self) -> bool {
        matches!(self, Self::Verified { optional: true, .. })
    }
}
