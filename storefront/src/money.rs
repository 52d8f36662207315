//! Amounts as people read them.

use std::fmt;

use serde::Deserialize;

/// A sum in a currency's whole units, as the backend calculates it.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Deserialize)]
#[serde(transparent)]
pub(crate) struct Amount(f64);

/// A currency as the backend tells it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Currency {
    pub(crate) code: String,
    symbol: String,
    /// How many digits stand behind the point.
    decimal_digits: u8,
}

/// An amount that says what it is of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Money<'a> {
    amount: Amount,
    currency: &'a Currency,
}

/// More no currency has.
const MOST_DIGITS: u8 = 4;

impl Amount {
    pub(crate) fn is_nothing(self) -> bool {
        self.0 == 0.0
    }

    pub(crate) fn negated(self) -> Self {
        Self(-self.0)
    }
}

impl Currency {
    /// One that nothing is known of but its code.
    pub(crate) fn unknown(code: &str) -> Self {
        let code = code.to_uppercase();
        Self { symbol: code.clone(), code, decimal_digits: 2 }
    }

    pub(crate) fn of(&self, amount: Amount) -> Money<'_> {
        Money { amount, currency: self }
    }

    /// As programs write it, without a symbol: what a form brings back to be compared.
    pub(crate) fn plain(&self, amount: Amount) -> String {
        let (whole, fraction) = rounded(amount.0.abs(), self.digits());
        format!("{}{whole}{}{fraction}", if amount.0 < 0.0 { "-" } else { "" }, point(&fraction))
    }

    fn digits(&self) -> usize {
        self.decimal_digits.min(MOST_DIGITS).into()
    }
}

/// The symbol first, and a space that does not break after one of letters: `€1,234.50`, `CHF 5.00`, `¥1,400`.
impl fmt::Display for Money<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { amount: Amount(amount), currency } = *self;
        let (whole, fraction) = rounded(amount.abs(), currency.digits());
        let is_nothing = whole.bytes().chain(fraction.bytes()).all(|digit| digit == b'0');
        let sign = if amount < 0.0 && !is_nothing { "\u{2212}" } else { "" };
        let gap = if currency.symbol.ends_with(char::is_alphabetic) { "\u{a0}" } else { "" };
        write!(f, "{sign}{}{gap}{}{}{fraction}", currency.symbol, grouped(&whole), point(&fraction))
    }
}

fn point(fraction: &str) -> &'static str {
    if fraction.is_empty() { "" } else { "." }
}

/// The digits before the point and behind it. They are those of the shortest decimal that stands for the number, which is what the backend
/// wrote: of the number itself 1.005 would be rounded down.
fn rounded(number: f64, digits: usize) -> (String, String) {
    let text = number.to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let mut all: Vec<u8> = [b"0", whole.as_bytes()].concat();
    let behind = fraction.bytes().chain(std::iter::repeat(b'0'));
    all.extend(behind.take(digits));
    if fraction.as_bytes().get(digits).is_some_and(|next| *next >= b'5') {
        for digit in all.iter_mut().rev() {
            if *digit != b'9' {
                *digit += 1;
                break;
            }
            *digit = b'0';
        }
    }
    let all: String = all.into_iter().map(char::from).collect();
    let (whole, fraction) = all.split_at(all.len() - digits);
    let whole = whole.trim_start_matches('0');
    (if whole.is_empty() { "0" } else { whole }.to_owned(), fraction.to_owned())
}

/// With a comma before every three digits.
fn grouped(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
impl From<f64> for Amount {
    fn from(number: f64) -> Self {
        Self(number)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn currency(code: &str, symbol: &str, decimal_digits: u8) -> Currency {
        Currency { code: code.to_owned(), symbol: symbol.to_owned(), decimal_digits }
    }

    fn told(symbol: &str, digits: u8, amount: f64) -> String {
        currency("XXX", symbol, digits).of(Amount(amount)).to_string()
    }

    #[test]
    fn an_amount_has_as_many_digits_as_its_currency() {
        for (symbol, digits, amount, expected) in [
            ("€", 2, 14.0, "€14.00"),
            ("€", 2, 33.5, "€33.50"),
            ("€", 2, 1_234_567.891, "€1,234,567.89"),
            ("¥", 0, 1400.0, "¥1,400"),
            ("₩", 0, 999.5, "₩1,000"),
            ("KD", 3, 1.5, "KD\u{a0}1.500"),
            ("CHF", 2, 0.05, "CHF\u{a0}0.05"),
            ("$", 2, -5.0, "\u{2212}$5.00"),
            ("$", 2, -0.001, "$0.00"),
            ("$", 2, 0.0, "$0.00"),
            ("$", 200, 0.5, "$0.5000"),
        ] {
            assert_eq!(told(symbol, digits, amount), expected);
        }
    }

    #[test]
    fn half_a_cent_is_rounded_up_as_it_is_written() {
        for (amount, expected) in
            [(1.005, "€1.01"), (2.675, "€2.68"), (0.995, "€1.00"), (9.999, "€10.00"), (0.004, "€0.00")]
        {
            assert_eq!(told("€", 2, amount), expected);
        }
    }

    #[test]
    fn what_a_form_brings_back_is_without_symbol_and_commas() {
        assert_eq!(currency("EUR", "€", 2).plain(Amount(1234.5)), "1234.50");
        assert_eq!(currency("JPY", "¥", 0).plain(Amount(1400.0)), "1400");
        assert_eq!(currency("EUR", "€", 2).plain(Amount(-1.0)), "-1.00");
    }

    #[test]
    fn of_an_unknown_currency_its_code_is_told() {
        assert_eq!(Currency::unknown("xts").of(Amount(5.0)).to_string(), "XTS\u{a0}5.00");
    }

    proptest! {
        #[test]
        fn no_cent_is_lost_or_made(cents in 0_u64..1_000_000_000_000) {
            #[expect(clippy::cast_precision_loss, reason = "so many cents are exact")]
            let amount = Amount(cents as f64 / 100.0);
            let plain = currency("EUR", "€", 2).plain(amount);
            prop_assert_eq!(plain.replace('.', "").parse::<u64>().unwrap(), cents);
        }

        #[test]
        fn whatever_number_it_is_the_text_is_one_of_digits(amount in any::<f64>().prop_filter("finite", |it| it.is_finite()), digits in 0_u8..5) {
            let text = told("", digits, amount);
            prop_assert!(text.chars().all(|it| it.is_ascii_digit() || ",.\u{2212}".contains(it)), "{}", text);
        }
    }
}
