//! Orders as lists of numbers, and the other way round.

/// Where each number stands in an order of the numbers from 0: `[2, 0, 1]` gives `[1, 2, 0]`.
pub fn places(order: impl ExactSizeIterator<Item = u32>) -> Vec<u32> {
    let mut places = vec![0; order.len()];
    for (place, at) in order.enumerate() {
        places[at as usize] = place as u32;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::places;

    #[test]
    fn places_undo_an_order() {
        assert_eq!(places([2, 0, 1].into_iter()), [1, 2, 0]);
        assert!(places(std::iter::empty::<u32>().collect::<Vec<_>>().into_iter()).is_empty());
    }
}
