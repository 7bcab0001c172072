//! Two or more sides that take turns.

/// One side: a name for people, and what returns a number each time, such as seconds.
pub struct Side<'a> {
    name: &'a str,
    once: Box<dyn FnMut() -> Result<f64, String> + 'a>,
}

impl<'a> Side<'a> {
    /// A side.
    pub fn new(name: &'a str, once: impl FnMut() -> Result<f64, String> + 'a) -> Self {
        Self { name, once: Box::new(once) }
    }
}

/// Lets the sides take turns, one that does not count and then so many that do, and returns the median of each side.
/// Every number is told on stderr as it comes.
///
/// # Errors
/// The first one of any side.
pub fn medians<const SIDES: usize>(subject: &str, turns: u32, mut sides: [Side<'_>; SIDES]) -> Result<[f64; SIDES], String> {
    let mut numbers: [Vec<f64>; SIDES] = std::array::from_fn(|_| Vec::new());
    for turn in 0..=turns {
        for (side, numbers) in sides.iter_mut().zip(&mut numbers) {
            let number = (side.once)().map_err(|error| format!("{subject}: {}: {error}", side.name))?;
            eprintln!("{subject}: {}, turn {turn}: {number:.3} s", side.name);
            if turn > 0 {
                numbers.push(number);
            }
        }
    }
    Ok(numbers.map(median))
}

/// The middle of an odd number of numbers.
fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::{Side, medians};

    #[test]
    fn the_middle_counts_and_the_first_turn_does_not() {
        let mut one = [0.0, 3.0, 900.0, 2.0].into_iter();
        let mut other = [700.0, 1.0, 1.0, 5.0].into_iter();
        let sides = [Side::new("one", move || Ok(one.next().unwrap())), Side::new("other", move || Ok(other.next().unwrap()))];
        assert_eq!(medians("test", 3, sides), Ok([3.0, 1.0]));
    }

    #[test]
    fn an_error_ends_the_turns() {
        let failed = medians("test", 1, [Side::new("one", || Err("broken".to_owned()))]);
        assert_eq!(failed, Err("test: one: broken".to_owned()));
    }
}
