//! A file to be brought to a host, from the control side or from the host itself.

use super::{Args, HostPath, Param, ParamKind, Wrong};
use crate::{state::Supply, value::Value};

/// Where a module takes files from.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// Shipped by the control side.
    Control(Supply),
    /// A path on the host, as given.
    Host(String),
}

impl Param for Source {
    const KIND: ParamKind = ParamKind::Source;
    const TYPE: &'static str = "path";

    fn parse(value: &Value, args: &Args<'_>, name: &str) -> Result<Self, Wrong> {
        match args.supply(name) {
            Some(supply) => Ok(Self::Control(supply.clone())),
            None => HostPath::parse(value, args, name).map(|path| Self::Host(path.0)),
        }
    }
}

/// A template of the control side, which renders it and ships the result.
#[derive(Clone, Debug, PartialEq)]
pub struct Rendered(pub Supply);

impl Param for Rendered {
    const KIND: ParamKind = ParamKind::Rendered;
    const TYPE: &'static str = "path";

    fn parse(_value: &Value, args: &Args<'_>, name: &str) -> Result<Self, Wrong> {
        match (args.supply(name), args.login()) {
            (Some(supply), _) => Ok(Self(supply.clone())),
            // As written, nothing is rendered yet.
            (None, None) => Ok(Self(Supply {
                path: String::new(),
                entries: Vec::new(),
            })),
            (None, Some(_)) => Err(Wrong::Expected("rendered by the control side".to_owned())),
        }
    }
}
