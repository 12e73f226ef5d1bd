//! How a module's parameters are declared: once, as a struct.

/// Declares a struct whose fields are parameters and whose doc comments are the manual.
///
/// `name: Type as [alias, …] = default`; a field without a default that is not an `Option` is
/// required. `with (field: Group, …)` takes in the parameters of a group. What stands under
/// `control` is for the control side alone: known, checked and documented, but no field. A field
/// that `plan` never reads is a warning of the compiler: no parameter is ignored.
macro_rules! parameters {
    (
        $(#[doc = $about:literal])+
        $vis:vis struct $Name:ident $(with ($($group:ident: $Group:ty),+ $(,)?))? {
            $(
                $(#[doc = $doc:literal])+
                $field:ident: $ty:ty $(as [$($alias:tt),+ $(,)?])? $(= $default:expr)?
            ),* $(,)?
        }
        $(control {
            $(
                $(#[doc = $cdoc:literal])+
                $cfield:ident: $cty:ty $(as [$($calias:tt),+ $(,)?])? $(= $cdefault:expr)?
            ),* $(,)?
        })?
    ) => {
        $(#[doc = $about])+
        #[derive(Clone, Debug)]
        $vis struct $Name {
            $($(#[doc = $doc])+ pub(super) $field: $ty,)*
            $($(pub(super) $group: $Group,)+)?
        }

        impl $crate::modules::Params for $Name {
            const ABOUT: &'static str = concat!($($about, "\n"),+);

            fn docs() -> Vec<$crate::modules::ParamDoc> {
                let mut docs: Vec<$crate::modules::ParamDoc> = Vec::new();
                docs.extend([$($crate::modules::ParamDoc {
                    name: $crate::modules::args::plain(stringify!($field)),
                    aliases: &[$($(stringify!($alias)),+)?],
                    kind: <$ty as $crate::modules::Param>::KIND,
                    type_name: <$ty as $crate::modules::Param>::TYPE,
                    required: parameters!(@required $ty $(, $default)?),
                    default: parameters!(@shown $($default)?),
                    choices: <$ty as $crate::modules::Param>::choices(),
                    doc: concat!($($doc, "\n"),+),
                }),*]);
                $($(docs.push($crate::modules::ParamDoc {
                    name: $crate::modules::args::plain(stringify!($cfield)),
                    aliases: &[$($(stringify!($calias)),+)?],
                    kind: <$cty as $crate::modules::Param>::KIND,
                    type_name: <$cty as $crate::modules::Param>::TYPE,
                    required: parameters!(@required $cty $(, $cdefault)?),
                    default: parameters!(@shown $($cdefault)?),
                    choices: <$cty as $crate::modules::Param>::choices(),
                    doc: concat!($($cdoc, "\n"),+),
                });)*)?
                $($(docs.extend(<$Group as $crate::modules::Params>::docs());)+)?
                docs
            }

            fn take(
                args: &$crate::modules::Args<'_>,
                problems: &mut $crate::modules::args::Problems,
            ) -> Option<Self> {
                $(let $field = args.take::<$ty>(
                    stringify!($field),
                    &[$($(stringify!($alias)),+)?],
                    parameters!(@default $($default)?),
                    problems,
                );)*
                $($(args.take::<$cty>(
                    stringify!($cfield),
                    &[$($(stringify!($calias)),+)?],
                    parameters!(@default $($cdefault)?),
                    problems,
                );)*)?
                $($(let $group = <$Group as $crate::modules::Params>::take(args, problems);)+)?
                Some(Self {
                    $($field: $field?,)*
                    $($($group: $group?,)+)?
                })
            }
        }
    };
    (@default) => { None };
    (@default $default:expr) => { Some($default) };
    (@shown) => { None };
    (@shown $default:expr) => { Some(stringify!($default)) };
    (@required $ty:ty) => { <$ty as $crate::modules::Param>::absent().is_none() };
    (@required $ty:ty, $default:expr) => { false };
}

/// Declares an enum whose variants are the choices of a parameter.
macro_rules! choices {
    (
        $(#[doc = $about:literal])+
        $vis:vis enum $Name:ident { $($Variant:ident = $text:literal $(| $other:literal)*),+ $(,)? }
    ) => {
        $(#[doc = $about])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        $vis enum $Name { $($Variant),+ }

        impl $crate::modules::Param for $Name {
            const KIND: $crate::modules::ParamKind = $crate::modules::ParamKind::Plain;
            const TYPE: &'static str = "str";

            fn parse(
                value: &$crate::value::Value,
                args: &$crate::modules::Args<'_>,
                name: &str,
            ) -> Result<Self, $crate::modules::Wrong> {
                let text = <String as $crate::modules::Param>::parse(value, args, name)?;
                match text.as_str() {
                    $($text $(| $other)* => Ok(Self::$Variant),)+
                    _ => Err($crate::modules::Wrong::Expected(format!(
                        "one of {}, not `{text}`", [$($text),+].join(", ")
                    ))),
                }
            }

            fn choices() -> Vec<&'static str> {
                vec![$($text),+]
            }
        }
    };
}
