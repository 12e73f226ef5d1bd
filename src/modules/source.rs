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
