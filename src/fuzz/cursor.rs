use bolero::{check, produce};

use super::Text;
use crate::ids::Place;
use crate::log::cursor::Epoch;

#[test]
fn every_place_is_read_back_from_its_id() {
    let (epoch, other) = (Epoch::default(), Epoch::default());
    check!().with_type::<u64>().for_each(|place| {
        let id = epoch.id(Place(*place));
        assert_eq!(epoch.number_of(&id), Some(Place(*place).number()));
        assert_eq!(other.number_of(&id), None);
        assert!(id.len() <= 21);
    });
}

#[test]
fn only_the_minted_id_of_a_place_resolves_to_it() {
    let epoch = Epoch::default();
    let prefix = epoch.id(Place(0)).trim_end_matches('0').to_owned();
    let digits = produce::<Vec<char>>().with().values('+'..='z').len(0usize..16);
    check!().with_generator((digits, produce::<Text>())).for_each(|(digits, text)| {
        for end in [String::from_iter(digits), text.as_string()] {
            for id in [prefix.clone() + &end, end] {
                if let Some(number) = epoch.number_of(&id) {
                    assert_eq!(epoch.id(Place(number)), id);
                }
            }
        }
    });
}
