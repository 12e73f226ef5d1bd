//! Methods of dictionaries.

use super::{
    super::{
        eval::{Eval, from_key},
        failure::{Res, Stop},
        obj::Obj,
    },
    Bound, Method,
};
use crate::value::Key;

pub(super) const METHODS: &[Method] = &[
    Method {
        name: "keys",
        params: &[],
        run: keys,
    },
    Method {
        name: "values",
        params: &[],
        run: values,
    },
    Method {
        name: "items",
        params: &[],
        run: items,
    },
    Method {
        name: "get",
        params: &["key", "default?"],
        run: get,
    },
    Method {
        name: "update",
        params: &["other?", "**"],
        run: update,
    },
    Method {
        name: "pop",
        params: &["key", "default?"],
        run: pop,
    },
    Method {
        name: "popitem",
        params: &[],
        run: popitem,
    },
    Method {
        name: "setdefault",
        params: &["key", "default?"],
        run: setdefault,
    },
    Method {
        name: "clear",
        params: &[],
        run: clear,
    },
    Method {
        name: "copy",
        params: &[],
        run: copy,
    },
    Method {
        name: "fromkeys",
        params: &["iterable", "value?"],
        run: fromkeys,
    },
];

/// The entries of a dictionary, or of the variables of a host.
pub(in super::super) fn entries(eval: &Eval<'_>, of: &Obj) -> Res<Vec<(Key, Obj)>> {
    match of {
        Obj::Dict(dict) => dict.entries(eval),
        Obj::Pending(..) => entries(eval, &eval.touch(of.clone())?),
        Obj::Host(scope) => {
            let mut all = Vec::new();
            for name in eval.names_of(*scope) {
                if let Some(value) = eval.variable_of(*scope, &name)? {
                    all.push((Key::from(name), value));
                }
            }
            Ok(all)
        }
        Obj::Hosts => Ok(eval
            .host_names()
            .into_iter()
            .filter_map(|name| Some((Key::from(name.as_str()), eval.host(&name)?)))
            .collect()),
        other => Err(eval.refuse(other, "is not a dictionary")),
    }
}

fn keys(eval: &Eval<'_>, of: &Obj, _: &Bound) -> Res<Obj> {
    eval.items(of).map(Obj::list)
}

fn values(eval: &Eval<'_>, of: &Obj, _: &Bound) -> Res<Obj> {
    Ok(Obj::list(
        entries(eval, of)?
            .into_iter()
            .map(|(_, value)| value)
            .collect(),
    ))
}

fn items(eval: &Eval<'_>, of: &Obj, _: &Bound) -> Res<Obj> {
    let pairs = entries(eval, of)?.into_iter();
    Ok(Obj::list(
        pairs
            .map(|(key, value)| Obj::tuple(vec![from_key(&key), value]))
            .collect(),
    ))
}

fn get(eval: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
    let key = args.need("key");
    let default = || args.need("default").clone();
    Ok(match of {
        Obj::Dict(dict) => dict.get(eval, &eval.key(key)?)?.unwrap_or_else(default),
        _ => super::super::eval::item(eval, of, key)?.unwrap_or_else(default),
    })
}

fn change<T>(of: &Obj, change: impl FnOnce(&mut indexmap::IndexMap<Key, Obj>) -> T) -> Res<T> {
    match of {
        Obj::Dict(dict) => Ok(dict.change(change)),
        other => Err(Stop::runtime(format!(
            "`{}` cannot be changed",
            other.type_name()
        ))),
    }
}

/// The entries that `dict(…)` and `update(…)` take: of a dictionary, or pairs.
pub(in super::super) fn pairs(eval: &Eval<'_>, of: &Obj) -> Res<Vec<(Key, Obj)>> {
    if matches!(of, Obj::Dict(_) | Obj::Host(_) | Obj::Hosts) {
        return entries(eval, of);
    }
    let mut all = Vec::new();
    for pair in eval.items(of)? {
        let parts = eval.items(&pair)?;
        let [key, value] = parts.as_slice() else {
            return Err(Stop::runtime(format!(
                "an entry of a dictionary is a pair, not {} values",
                parts.len()
            )));
        };
        all.push((eval.key(key)?, value.clone()));
    }
    Ok(all)
}

fn update(eval: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
    let mut more = match args.get("other") {
        Some(other) => pairs(eval, other)?,
        None => Vec::new(),
    };
    more.extend(
        args.more
            .iter()
            .map(|(name, value)| (Key::from(&**name), value.clone())),
    );
    change(of, |entries| entries.extend(more))?;
    Ok(Obj::None)
}

fn pop(eval: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
    let key = eval.key(args.need("key"))?;
    match (
        change(of, |entries| entries.shift_remove(&key))?,
        args.get("default"),
    ) {
        (Some(value), _) => eval.touch(value),
        (None, Some(default)) => Ok(default.clone()),
        (None, None) => Err(Stop::runtime("the dictionary has no such key")),
    }
}

fn popitem(eval: &Eval<'_>, of: &Obj, _: &Bound) -> Res<Obj> {
    match change(of, indexmap::IndexMap::pop)? {
        Some((key, value)) => Ok(Obj::tuple(vec![from_key(&key), eval.touch(value)?])),
        None => Err(Stop::runtime("the dictionary is empty")),
    }
}

fn setdefault(eval: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
    let key = eval.key(args.need("key"))?;
    if let Obj::Dict(dict) = of
        && let Some(known) = dict.get(eval, &key)?
    {
        return Ok(known);
    }
    let default = args.need("default").clone();
    change(of, |entries| entries.insert(key, default.clone()))?;
    Ok(default)
}

fn clear(_: &Eval<'_>, of: &Obj, _: &Bound) -> Res<Obj> {
    change(of, indexmap::IndexMap::clear)?;
    Ok(Obj::None)
}

fn copy(eval: &Eval<'_>, of: &Obj, _: &Bound) -> Res<Obj> {
    entries(eval, of).map(Obj::dict)
}

fn fromkeys(eval: &Eval<'_>, _: &Obj, args: &Bound) -> Res<Obj> {
    let value = args.need("value").clone();
    let mut all = Vec::new();
    for key in eval.items(args.need("iterable"))? {
        all.push((eval.key(&key)?, value.clone()));
    }
    Ok(Obj::dict(all))
}
