//! The name that a misspelt one was probably meant to be.

/// Returns the candidate closest to `word`, if one is close enough to be meant.
///
/// Close enough is an edit distance (a swap of neighbours counts one) of a third of the word,
/// at least one; ties go to the first candidate.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (word.chars().count() / 3).max(1);
    let word: Vec<char> = word.to_lowercase().chars().collect();
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let letters: Vec<char> = candidate.to_lowercase().chars().collect();
        if letters.len().abs_diff(word.len()) > limit {
            continue;
        }
        let away = distance(&word, &letters);
        if away <= limit && best.is_none_or(|(least, _)| away < least) {
            best = Some((away, candidate));
        }
    }
    best.map(|(_, name)| name)
}

/// [`nearest`] as the end of a sentence; nothing where no candidate is close enough.
pub fn hint<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, candidates).map_or(String::new(), |near| format!("; did you mean `{near}`?"))
}

fn distance(left: &[char], right: &[char]) -> usize {
    let width = right.len() + 1;
    let mut older = vec![0; width];
    let mut above: Vec<usize> = (0..width).collect();
    for (i, a) in left.iter().enumerate() {
        let mut row = vec![i + 1; width];
        for (j, b) in right.iter().enumerate() {
            let swap = (i > 0 && j > 0 && left[i - 1] == *b && right[j - 1] == *a)
                .then(|| older[j - 1] + 1);
            let step = (above[j] + usize::from(a != b))
                .min(above[j + 1] + 1)
                .min(row[j] + 1);
            row[j + 1] = swap.map_or(step, |swap| swap.min(step));
        }
        older = std::mem::replace(&mut above, row);
    }
    above[width - 1]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn the_closest_name_is_found_and_strangers_are_not() {
        assert_eq!(nearest("cpy", ["copy", "command"]), Some("copy"));
        assert_eq!(nearest("tempalte", ["file", "template"]), Some("template"));
        assert_eq!(nearest("zzz", ["copy", "file"]), None);
    }
}
