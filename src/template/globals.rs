//! Functions that every template has.
#![expect(
    clippy::unnecessary_wraps,
    reason = "every line of a table has the same shape"
)]

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use super::{
    eval::{Bound, Eval, Given, Params},
    failure::{Res, Stop},
    lookups, methods,
    obj::{Cycler, Joiner, Namespace, Obj, Range},
};
use crate::value::{Key, Moment};

/// A function of the language.
pub(super) struct Global {
    name: &'static str,
    params: Params,
    /// Whether it takes undefined and unknown arguments as they are.
    raw: bool,
    run: fn(&Eval<'_>, &Bound) -> Res<Obj>,
}

static GLOBALS: &[Global] = &[
    Global {
        name: "range",
        params: &["start", "stop?", "step?"],
        raw: false,
        run: range,
    },
    Global {
        name: "dict",
        params: &["of?", "**"],
        raw: false,
        run: dict,
    },
    Global {
        name: "namespace",
        params: &["of?", "**"],
        raw: true,
        run: namespace,
    },
    Global {
        name: "cycler",
        params: &["*"],
        raw: false,
        run: cycler,
    },
    Global {
        name: "joiner",
        params: &["sep?"],
        raw: false,
        run: joiner,
    },
    Global {
        name: "lipsum",
        params: &["n?", "html?", "min?", "max?"],
        raw: false,
        run: lipsum,
    },
    Global {
        name: "undef",
        params: &["hint?"],
        raw: false,
        run: undef,
    },
    Global {
        name: "now",
        params: &["utc?", "fmt?"],
        raw: false,
        run: now,
    },
    Global {
        name: "lookup",
        params: &["name", "*", "**"],
        raw: true,
        run: |eval, args| lookups::call(eval, args, false),
    },
    Global {
        name: "query",
        params: &["name", "*", "**"],
        raw: true,
        run: |eval, args| lookups::call(eval, args, true),
    },
    Global {
        name: "q",
        params: &["name", "*", "**"],
        raw: true,
        run: |eval, args| lookups::call(eval, args, true),
    },
];

/// The function or constant of this name.
pub(super) fn find(name: &str) -> Option<Obj> {
    if name == "omit" {
        return Some(Obj::Omit);
    }
    GLOBALS
        .iter()
        .find(|global| global.name == name)
        .map(Obj::Global)
}

impl Global {
    pub(super) fn is_raw(&self) -> bool {
        self.raw
    }

    pub(super) fn type_name(&self) -> &'static str {
        match self.name {
            "range" | "dict" => self.name,
            _ => "function",
        }
    }

    pub(super) fn call(&self, eval: &Eval<'_>, given: Given) -> Res<Obj> {
        let bound = Bound::new(self.params, given).map_err(|stop| match stop {
            Stop::Fail(failure) => {
                Stop::runtime(format!("`{}` {}", self.name, failure.mistake.message()))
            }
            other => other,
        })?;
        (self.run)(eval, &bound)
    }
}

fn range(_: &Eval<'_>, args: &Bound) -> Res<Obj> {
    let step = args.int("step", 1)?;
    if step == 0 {
        return Err(Stop::runtime("`range` needs a step that is not zero"));
    }
    for name in ["start", "stop", "step"] {
        if let Some(value) = args.get(name)
            && value.int().is_none()
        {
            return Err(Stop::runtime(format!(
                "`range` takes whole numbers, not `{}`",
                value.type_name()
            )));
        }
    }
    let first = args.int("start", 0)?;
    let (start, stop) = match args.get("stop") {
        Some(_) => (first, args.int("stop", 0)?),
        None => (0, first),
    };
    Ok(Obj::Range(Range { start, stop, step }))
}

fn dict(eval: &Eval<'_>, args: &Bound) -> Res<Obj> {
    let mut entries = match args.get("of") {
        Some(of) => methods::pairs(eval, of)?,
        None => Vec::new(),
    };
    entries.extend(
        args.more
            .iter()
            .map(|(name, value)| (Key::from(&**name), value.clone())),
    );
    Ok(Obj::dict(entries))
}

fn namespace(eval: &Eval<'_>, args: &Bound) -> Res<Obj> {
    let mut fields = indexmap::IndexMap::new();
    if let Some(of) = args.get("of") {
        for (key, value) in methods::pairs(eval, of)? {
            if let Some(name) = key.as_str() {
                fields.insert(name.into(), value);
            }
        }
    }
    fields.extend(args.more.iter().cloned());
    Ok(Obj::Namespace(Rc::new(Namespace {
        fields: RefCell::new(fields),
    })))
}

fn cycler(_: &Eval<'_>, args: &Bound) -> Res<Obj> {
    if args.rest.is_empty() {
        return Err(Stop::runtime("`cycler` needs at least one item"));
    }
    Ok(Obj::Cycler(Rc::new(Cycler {
        items: args.rest.clone(),
        at: Cell::new(0),
    })))
}

fn joiner(_: &Eval<'_>, args: &Bound) -> Res<Obj> {
    let separator = args.get("sep").cloned().unwrap_or_else(|| Obj::from(", "));
    Ok(Obj::Joiner(Rc::new(Joiner {
        separator,
        used: Cell::new(false),
    })))
}

/// Jinja's placeholder text; ours is always the same words.
fn lipsum(_: &Eval<'_>, args: &Bound) -> Res<Obj> {
    const WORDS: &str = "Lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod \
        tempor incididunt ut labore et dolore magna aliqua.";
    let count = usize::try_from(args.int("n", 5)?.clamp(0, 1000)).unwrap_or(0);
    Ok(Obj::from(vec![format!("<p>{WORDS}</p>"); count].join("\n")))
}

fn undef(eval: &Eval<'_>, args: &Bound) -> Res<Obj> {
    let hint = args.text("hint")?.filter(|hint| !hint.is_empty());
    Ok(eval.undefined(match hint {
        Some(hint) => hint.to_string(),
        None => "Mandatory variable has not been overridden".to_owned(),
    }))
}

fn now(eval: &Eval<'_>, args: &Bound) -> Res<Obj> {
    let zone = if args.truth(eval, "utc", false)? {
        jiff::tz::TimeZone::UTC
    } else {
        jiff::tz::TimeZone::system()
    };
    let civil = jiff::Timestamp::now().to_zoned(zone).datetime();
    let now = Obj::Moment(Moment {
        civil,
        offset: None,
    });
    match args.text("fmt")? {
        Some(format) if !format.is_empty() => methods::strftime(&now, format).map(Obj::from),
        _ => Ok(now),
    }
}
