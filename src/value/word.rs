//! Words and digits that stand for values.

use std::fmt::Write as _;

use super::Value;

/// The truth that a word stands for, in keywords, arguments and settings; `None` for other words.
/// Capitals and blanks around it do not count.
pub fn truth_of(word: &str) -> Option<bool> {
    match word.trim().to_lowercase().as_str() {
        "y" | "yes" | "on" | "1" | "true" | "t" => Some(true),
        "n" | "no" | "off" | "0" | "false" | "f" => Some(false),
        _ => None,
    }
}

/// The truth that a value stands for: a boolean, one or zero, or a word.
pub fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        Value::Int(0) => Some(false),
        Value::Int(1) => Some(true),
        Value::Float(number) if *number == 0.0 => Some(false),
        Value::Float(number) if (*number - 1.0).abs() < f64::EPSILON => Some(true),
        Value::Text(text) => truth_of(text),
        _ => None,
    }
}

/// What the filter `bool` makes of a word, which knows fewer of them: all others are false.
pub fn filtered_truth(word: &str) -> bool {
    matches!(word.to_lowercase().as_str(), "yes" | "on" | "1" | "true")
}

/// Lower-case hexadecimal, two digits a byte.
pub fn hex(bytes: &[u8]) -> String {
    let digits = String::with_capacity(bytes.len() * 2);
    bytes.iter().fold(digits, |mut digits, byte| {
        // Writing to a string cannot fail.
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

#[cfg(test)]
mod tests {
    use super::{filtered_truth, truth, truth_of};
    use crate::value::Value;

    /// As ansible-core 2.19.14 takes them for keywords and parameters, and its filter.
    #[test]
    fn words_mean_what_ansible_takes_them_for() {
        for (yes, no) in [
            ("yes", "no"),
            ("on", "off"),
            ("1", "0"),
            ("true", "false"),
            ("y", "n"),
            ("t", "f"),
            ("TRUE", "False"),
            (" yes ", " no "),
        ] {
            assert_eq!((truth_of(yes), truth_of(no)), (Some(true), Some(false)));
        }
        for neither in ["", "2", "1.0", "0.0", "maybe", "ja"] {
            assert_eq!(truth_of(neither), None, "{neither}");
        }
        assert_eq!(truth(&Value::Float(1.0)), Some(true));
        assert_eq!(truth(&Value::Float(0.0)), Some(false));
        assert_eq!(truth(&Value::Int(2)), None);
        assert_eq!(truth(&Value::Null), None);
        assert!(filtered_truth("Yes") && filtered_truth("1"));
        assert!(!filtered_truth("y") && !filtered_truth("t") && !filtered_truth(" yes "));
    }
}
