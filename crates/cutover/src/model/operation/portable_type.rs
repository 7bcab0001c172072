//! Column types that every database renders in its own words.

use std::fmt;

/// A column type that every database renders in its own words.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the types")]
pub enum PortableType {
    Boolean,
    Smallint,
    Integer,
    Bigint,
    /// Whole numbers from 0 to 2³² − 1.
    UnsignedInteger,
    /// Whole numbers from 0 to 2⁶⁴ − 1.
    UnsignedBigint,
    Real,
    Double,
    /// Exact decimals: digits in all, and behind the point.
    Decimal(u16, u16),
    /// Text of exactly so many characters.
    Char(u32),
    /// Text of at most so many characters.
    Varchar(u32),
    Text,
    Bytes,
    Date,
    Time,
    Timestamp,
    Json,
    Uuid,
    /// One of these texts.
    Enum(Vec<String>),
}

/// How a type that a column has compares with the one that it should have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypeFit {
    /// It is the type that the database renders.
    Same,
    /// It is another one that holds every value of it.
    Holds,
    /// It is another one.
    No,
}

impl PortableType {
    /// The types that take no length, precision or values.
    pub const PLAIN: [Self; 15] = [
        Self::Boolean,
        Self::Smallint,
        Self::Integer,
        Self::Bigint,
        Self::UnsignedInteger,
        Self::UnsignedBigint,
        Self::Real,
        Self::Double,
        Self::Text,
        Self::Bytes,
        Self::Date,
        Self::Time,
        Self::Timestamp,
        Self::Json,
        Self::Uuid,
    ];

    /// Whether its values are whole numbers.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        matches!(self, Self::Smallint | Self::Integer | Self::Bigint | Self::UnsignedInteger | Self::UnsignedBigint)
    }

    /// The values of an enum.
    #[must_use]
    pub fn values(&self) -> Option<&[String]> {
        match self {
            Self::Enum(values) => Some(values),
            _ => None,
        }
    }
}

impl fmt::Display for PortableType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self {
            Self::Boolean => "boolean",
            Self::Smallint => "smallint",
            Self::Integer => "integer",
            Self::Bigint => "bigint",
            Self::UnsignedInteger => "unsigned_integer",
            Self::UnsignedBigint => "unsigned_bigint",
            Self::Real => "real",
            Self::Double => "double",
            Self::Decimal(precision, scale) => return write!(formatter, "decimal({precision},{scale})"),
            Self::Char(length) => return write!(formatter, "char({length})"),
            Self::Varchar(length) => return write!(formatter, "varchar({length})"),
            Self::Text => "text",
            Self::Bytes => "bytes",
            Self::Date => "date",
            Self::Time => "time",
            Self::Timestamp => "timestamp",
            Self::Json => "json",
            Self::Uuid => "uuid",
            Self::Enum(values) => return write!(formatter, "enum({})", values.join(", ")),
        };
        formatter.write_str(word)
    }
}
