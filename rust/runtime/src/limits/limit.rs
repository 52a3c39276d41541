//! The table of limits that a script can break.

use memory::Excess;

use crate::limits::stack::{MAX_EXPR_DEPTH, MAX_KEPT_LEVELS};

/// Where the value of a limit comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Value {
    /// From an option of `RhaiConfig`, which the host has.
    Option {
        name: &'static str,
        default: u64,
        zero: Zero,
    },
    /// It is always the same.
    Fixed(u64),
    /// It follows from another limit.
    FollowsFrom(Limit),
}

/// The meaning of a limit of 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Zero {
    /// No limit.
    Unlimited,
    /// This limit, as any greater one.
    Greatest(u64),
}

/// A row of the table of limits: all that is known of one beside its number.
struct Row {
    value: Value,
    /// Message of the error when it is broken; `{}` stands for its value.
    message: &'static str,
}

/// Makes the enum and its table of one row for each limit: its number, its value and its
/// message.
macro_rules! limits {
    ($($(#[$doc:meta])* $limit:ident = $number:literal, $value:expr, $message:literal;)+) => {
        /// A limit that a script can break; the numbers are the protocol with the host,
        /// whose enum `RhaiLimit` has the same order.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(i64)]
        pub enum Limit {
            $($(#[$doc])* $limit = $number,)+
        }

        impl Limit {
            /// All limits, each at the index that is its number.
            pub const ALL: &[Limit] = &[$(Limit::$limit),+];

            const fn row(self) -> Row {
                use Zero::{Greatest, Unlimited};
                match self {
                    $(Limit::$limit => Row { value: $value, message: $message },)+
                }
            }
        }
    };
}

const fn option(name: &'static str, default: u64, zero: Zero) -> Value {
    Value::Option {
        name,
        default,
        zero,
    }
}

const MIB: u64 = 1024 * 1024;

limits! {
    /// Operations (Rhai's unit: roughly one per expression or statement) that one
    /// execution may run.
    Operations = 0, option("maxOperations", 1_000_000, Unlimited),
        "too many operations: the limit is {}";
    /// Nested calls of script functions and closures.
    StackDepth = 1, option("maxStackDepth", 100, Unlimited),
        "stack overflow: the limit is {} nested calls";
    /// Levels that expressions may nest at global level, and twice as many as they may
    /// inside a function.
    ExpressionDepth = 2, option("maxExpressionDepth", 64, Greatest(MAX_EXPR_DEPTH as u64)),
        "expressions are nested too deeply: the limit is {} levels, and half of that in a function";
    /// Bytes of UTF-8 in a string.
    StringLength = 3, option("maxStringLength", 10 * MIB, Unlimited),
        "Length of string too large: the limit is {} bytes";
    /// Elements in an array; bytes in a blob.
    ArraySize = 4, option("maxArraySize", 10 * MIB, Unlimited),
        "Size of array/BLOB too large: the limit is {} elements";
    /// Entries in an object map.
    MapSize = 5, option("maxMapSize", MIB, Unlimited),
        "Size of object map too large: the limit is {} entries";
    /// Variables that a script may declare, and that there may be at once in it or in one
    /// call of a function.
    Variables = 6, option("maxVariables", 10_000, Unlimited),
        "too many variables: the limit is {}";
    /// Functions and closures in a script.
    Functions = 7, option("maxFunctions", 10_000, Unlimited),
        "too many functions: the limit is {}";
    /// Modules that one execution may import.
    Modules = 8, option("maxModules", 100, Unlimited),
        "too many modules: the limit is {}";
    /// Bytes of memory that one execution may use at once.
    Memory = 9, option("maxMemory", 128 * MIB, Unlimited),
        "too much memory: the limit is {} bytes";
    /// Bytes of UTF-8 that one execution may print.
    OutputLength = 10, option("maxOutputLength", MIB, Unlimited),
        "too much output of print and debug: the limit is {} bytes";
    /// Levels of the data that functions of scripts keep.
    Nesting = 11, Value::Fixed(MAX_KEPT_LEVELS),
        "what the functions of scripts keep is nested more than {} levels: dispose of them";
    /// Bytes of the script's part of its fiber's stack.
    NativeStack = 12, Value::FollowsFrom(Limit::StackDepth),
        "stack overflow: calls and expressions are nested too deeply";
}

impl Limit {
    /// How many limits are options: those that an engine is made with, in the order of
    /// their numbers.
    pub const OPTIONS: usize = {
        let mut count = 0;
        let mut index = 0;
        while index < Self::ALL.len() {
            count += matches!(Self::ALL[index].row().value, Value::Option { .. }) as usize;
            index += 1;
        }
        count
    };

    /// The limit with this number, of those that a value from the host can break.
    pub fn of_value(number: i64) -> Option<Self> {
        [Limit::ArraySize, Limit::MapSize, Limit::Memory]
            .into_iter()
            .find(|limit| *limit as i64 == number)
    }

    /// The option of `RhaiConfig` that it follows from, if there is one.
    pub fn option(self) -> Option<&'static str> {
        match self.row().value {
            Value::Option { name, .. } => Some(name),
            Value::Fixed(_) => None,
            Value::FollowsFrom(limit) => limit.option(),
        }
    }

    /// The sentence that says that this limit of `value` was broken, with the option that
    /// it is.
    pub fn message(self, value: u64) -> String {
        // Without a limit, the system has no more: that follows from no option.
        if let (Limit::Memory, 0) = (self, value) {
            return "there is no more memory".into();
        }
        let message = self.row().message.replace("{}", &value.to_string());
        match self.option() {
            Some(option) => format!("{message} (RhaiConfig.{option})"),
            None => message,
        }
    }
}

impl From<Excess> for Limit {
    fn from(excess: Excess) -> Self {
        match excess {
            Excess::Memory => Limit::Memory,
            Excess::StringLength => Limit::StringLength,
            Excess::ArraySize => Limit::ArraySize,
            Excess::MapSize => Limit::MapSize,
        }
    }
}

/// The values of all limits; 0 is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits([u64; Limit::ALL.len()]);

impl Default for Limits {
    /// The limits of the host's default `RhaiConfig`.
    fn default() -> Self {
        let mut limits = Limits([0; Limit::ALL.len()]);
        for &limit in Limit::ALL {
            limits.0[limit as usize] = match limit.row().value {
                Value::Option { default, .. } => default,
                Value::Fixed(value) => value,
                Value::FollowsFrom(_) => 0,
            };
        }
        limits
    }
}

impl Limits {
    /// The limits with the values of all options, in the order of their numbers.
    pub fn from_options(values: [u64; Limit::OPTIONS]) -> Self {
        let is_option = |limit: &Limit| matches!(limit.row().value, Value::Option { .. });
        let options = Limit::ALL.iter().copied().filter(is_option);
        let mut limits = Limits::default();
        for (limit, value) in options.zip(values) {
            limits.set(limit, value);
        }
        limits
    }

    /// The value of a limit that follows from no other one; 0 is none.
    #[inline]
    pub fn get(&self, limit: Limit) -> u64 {
        self.0[limit as usize]
    }

    /// Sets a limit; 0 means what its row says. Those that are no options stay.
    pub fn set(&mut self, limit: Limit, value: u64) {
        if let Value::Option { zero, .. } = limit.row().value {
            self.0[limit as usize] = match zero {
                Zero::Greatest(greatest) if value == 0 => greatest,
                Zero::Greatest(greatest) => value.min(greatest),
                Zero::Unlimited => value,
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_limit_is_at_the_index_that_is_its_number() {
        for (index, &limit) in Limit::ALL.iter().enumerate() {
            assert_eq!(limit as usize, index, "{limit:?}");
        }
    }

    #[test]
    fn options_are_taken_in_the_order_of_their_numbers() {
        let values = std::array::from_fn(|index| 10 + index as u64);
        let limits = Limits::from_options(values);
        assert_eq!(limits.get(Limit::Operations), 10);
        assert_eq!(limits.get(Limit::OutputLength), 20);
        assert_eq!(limits.get(Limit::Nesting), MAX_KEPT_LEVELS);
    }

    #[test]
    fn zero_means_what_the_row_says() {
        let limits = Limits::from_options([0; Limit::OPTIONS]);
        assert_eq!(limits.get(Limit::Memory), 0);
        let greatest = MAX_EXPR_DEPTH as u64;
        assert_eq!(limits.get(Limit::ExpressionDepth), greatest);
        let mut limits = Limits::default();
        limits.set(Limit::ExpressionDepth, 1 << 40);
        assert_eq!(limits.get(Limit::ExpressionDepth), greatest);
    }

    #[test]
    fn messages_have_the_value_and_the_option() {
        assert_eq!(
            Limit::Modules.message(3),
            "too many modules: the limit is 3 (RhaiConfig.maxModules)"
        );
        assert_eq!(
            Limit::NativeStack.message(4096),
            "stack overflow: calls and expressions are nested too deeply \
             (RhaiConfig.maxStackDepth)"
        );
        assert_eq!(Limit::Memory.message(0), "there is no more memory");
        assert!(!Limit::Nesting.message(1).contains("RhaiConfig"));
    }
}
