//! Numbers of the protocol that stand for types.

use std::any::TypeId;
use std::ops::{Range, RangeInclusive};

use rhai::{Array, Blob, FnPtr, ImmutableString, Map, FLOAT, INT};
use rhai_dart::wire::protocol::kind;
use runtime::functions::parameters::Parameter;
use runtime::objects::host_object::HostObject;

#[test]
fn each_kind_of_a_parameter_is_a_type() {
    let kinds = [
        (kind::UNIT, TypeId::of::<()>()),
        (kind::BOOLEAN, TypeId::of::<bool>()),
        (kind::INTEGER, TypeId::of::<INT>()),
        (kind::FLOAT, TypeId::of::<FLOAT>()),
        (kind::STRING, TypeId::of::<ImmutableString>()),
        (kind::CHAR, TypeId::of::<char>()),
        (kind::ARRAY, TypeId::of::<Array>()),
        (kind::MAP, TypeId::of::<Map>()),
        (kind::BLOB, TypeId::of::<Blob>()),
        (kind::RANGE, TypeId::of::<Range<INT>>()),
        (kind::RANGE, TypeId::of::<RangeInclusive<INT>>()),
        (kind::FUNCTION, TypeId::of::<FnPtr>()),
        (kind::OBJECT, TypeId::of::<HostObject>()),
    ];
    for (bit, _) in kinds {
        let parameter = Parameter::from_bits(bit);
        for (other, ty) in kinds {
            assert_eq!(parameter.accepts(ty), bit == other, "{bit} {other}");
        }
    }
}
