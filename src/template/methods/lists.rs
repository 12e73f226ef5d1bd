//! Methods of lists and tuples, of `loop` and `cycler`.
#![expect(
    clippy::unnecessary_wraps,
    reason = "every line of a table has the same shape"
)]

use super::{
    super::{
        eval::Eval,
        failure::{Res, Stop},
        filters,
        obj::{self, Obj},
    },
    Bound, Method,
};

pub(super) const METHODS: &[Method] = &[
    Method {
        name: "append",
        params: &["object"],
        run: append,
    },
    Method {
        name: "extend",
        params: &["iterable"],
        run: extend,
    },
    Method {
        name: "insert",
        params: &["index", "object"],
        run: insert,
    },
    Method {
        name: "pop",
        params: &["index?"],
        run: pop,
    },
    Method {
        name: "remove",
        params: &["value"],
        run: remove,
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
        name: "reverse",
        params: &[],
        run: reverse,
    },
    Method {
        name: "sort",
        params: &["key?", "reverse?"],
        run: sort,
    },
    Method {
        name: "index",
        params: &["value", "start?", "stop?"],
        run: index,
    },
    Method {
        name: "count",
        params: &["value"],
        run: count,
    },
];

pub(super) const TUPLE: &[Method] = &[
    Method {
        name: "index",
        params: &["value", "start?", "stop?"],
        run: index,
    },
    Method {
        name: "count",
        params: &["value"],
        run: count,
    },
];

pub(super) const LOOP: &[Method] = &[
    Method {
        name: "cycle",
        params: &["*"],
        run: cycle,
    },
    Method {
        name: "changed",
        params: &["*"],
        run: changed,
    },
];

pub(super) const CYCLER: &[Method] = &[
    Method {
        name: "next",
        params: &[],
        run: next,
    },
    Method {
        name: "reset",
        params: &[],
        run: reset,
    },
];

fn change<T>(of: &Obj, change: impl FnOnce(&mut Vec<Obj>) -> T) -> Res<T> {
    match of {
        Obj::List(list) => Ok(list.change(change)),
        other => Err(Stop::runtime(format!(
            "`{}` cannot be changed",
            other.type_name()
        ))),
    }
}

fn append(eval: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
    let object = args.need("object").clone();
    eval.check_items(eval.length(of).unwrap_or(0) + 1)?;
    change(of, |items| items.push(object))?;
    Ok(Obj::None)
}

fn extend(eval: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
    let more = eval.items(args.need("iterable"))?;
    eval.check_items(eval.length(of).unwrap_or(0) + more.len())?;
    change(of, |items| items.extend(more))?;
    Ok(Obj::None)
}

fn insert(_: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
    let at = args.int("index", 0)?;
    let object = args.need("object").clone();
    change(of, |items| {
        let len = i64::try_from(items.len()).unwrap_or(i64::MAX);
        let at = if at < 0 {
            (at + len).max(0)
        } else {
            at.min(len)
        };
        items.insert(usize::try_from(at).unwrap_or(0), object);
    })?;
    Ok(Obj::None)
}

fn pop(eval: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
    let at = args.int("index", -1)?;
    let taken = change(of, |items| {
        super::super::eval::index(at, items.len()).map(|at| items.remove(at))
    })?;
    match taken {
        Some(taken) => eval.touch(taken),
        None => Err(Stop::runtime(
            "pop from an empty list or index out of range",
        )),
    }
}

fn position(eval: &Eval<'_>, of: &Obj, value: &Obj, from: usize, to: usize) -> Res<Option<usize>> {
    for (at, item) in eval.items(of)?.iter().enumerate().take(to).skip(from) {
        if obj::equal(eval, item, value)? {
            return Ok(Some(at));
        }
    }
    Ok(None)
}

fn remove(eval: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
    match position(eval, of, args.need("value"), 0, usize::MAX)? {
        Some(at) => change(of, |items| drop(items.remove(at)))?,
        None => return Err(Stop::runtime("the value is not in the list")),
    }
    Ok(Obj::None)
}

fn clear(_: &Eval<'_>, of: &Obj, _: &Bound) -> Res<Obj> {
    change(of, Vec::clear)?;
    Ok(Obj::None)
}

fn copy(eval: &Eval<'_>, of: &Obj, _: &Bound) -> Res<Obj> {
    eval.items(of).map(Obj::list)
}

fn reverse(_: &Eval<'_>, of: &Obj, _: &Bound) -> Res<Obj> {
    change(of, |items| items.reverse())?;
    Ok(Obj::None)
}

fn sort(eval: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
    if args.some("key").is_some() {
        return Err(Stop::runtime("the parameter `key` is not supported"));
    }
    let items = eval.items(of)?;
    let reverse = args.truth(eval, "reverse", false)?;
    let keyed = items
        .iter()
        .map(|item| (item.clone(), item.clone()))
        .collect();
    let sorted = filters::sorted(eval, keyed, reverse)?;
    change(of, |items| *items = sorted)?;
    Ok(Obj::None)
}

fn bounds(eval: &Eval<'_>, of: &Obj, args: &Bound) -> Res<(usize, usize)> {
    let len = i64::try_from(eval.length(of).unwrap_or(0)).unwrap_or(i64::MAX);
    let fit = |at: i64| {
        let at = if at < 0 { (at + len).max(0) } else { at };
        usize::try_from(at).unwrap_or(usize::MAX)
    };
    Ok((fit(args.int("start", 0)?), fit(args.int("stop", i64::MAX)?)))
}

fn index(eval: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
    let (from, to) = bounds(eval, of, args)?;
    match position(eval, of, args.need("value"), from, to)? {
        Some(at) => Ok(Obj::size(at)),
        None => Err(Stop::runtime("the value is not in the list")),
    }
}

fn count(eval: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
    // Ansible counts in the lazy list as it lies there, whose items equal nothing yet.
    if let Obj::List(list) = of
        && list.untouched().is_some()
    {
        return Ok(Obj::Int(0));
    }
    let mut count = 0;
    for item in eval.items(of)? {
        count += usize::from(obj::equal(eval, &item, args.need("value"))?);
    }
    Ok(Obj::size(count))
}

fn cycle(_: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
    match of {
        Obj::Loop(state) => state.cycle(&args.rest),
        _ => Ok(Obj::None),
    }
}

fn changed(eval: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
    match of {
        Obj::Loop(state) => state.has_changed(eval, args.rest.clone()).map(Obj::Bool),
        _ => Ok(Obj::None),
    }
}

fn next(_: &Eval<'_>, of: &Obj, _: &Bound) -> Res<Obj> {
    let Obj::Cycler(cycler) = of else {
        return Ok(Obj::None);
    };
    let at = cycler.at.get();
    cycler.at.set((at + 1) % cycler.items.len().max(1));
    Ok(cycler.items.get(at).cloned().unwrap_or(Obj::None))
}

fn reset(_: &Eval<'_>, of: &Obj, _: &Bound) -> Res<Obj> {
    if let Obj::Cycler(cycler) = of {
        cycler.at.set(0);
    }
    Ok(Obj::None)
}
