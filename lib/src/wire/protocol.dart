/// Numbers, orders and layouts that Dart and the native side agree on.
///
/// `rust/dart/src/wire/protocol.rs` has the same groups with the same names, and a test
/// compares them. So each group is a class, and each constant a plain literal.
library;

/// Types of encoded values; each takes a byte.
abstract final class Tag {
  /// Rhai's `()`.
  static const int unit = 0;

  /// `false`.
  static const int no = 1;

  /// `true`.
  static const int yes = 2;

  /// An integer of 64 bits.
  static const int integer = 3;

  /// A floating point number of 64 bits.
  static const int float = 4;

  /// A string: its length, and its bytes in UTF-8.
  static const int string = 5;

  /// A blob: its length, and its bytes.
  static const int blob = 6;

  /// An array: the number of its values, and these. In a slot, any flat encoding.
  static const int array = 7;

  /// An object map: the number of its entries, and a key and a value for each.
  static const int map = 8;

  /// An array of integers alone: their number, and 8 bytes each.
  static const int ints = 9;

  /// An array of floating point numbers alone: their number, and 8 bytes each.
  static const int floats = 10;

  /// A range without its end: two integers.
  static const int range = 11;

  /// A range with its end: two integers.
  static const int inclusiveRange = 12;

  /// A Dart object. To Dart, its id.
  static const int object = 13;

  /// A Dart function. To Dart, its id; from Dart, the numbers of arguments it takes.
  static const int closure = 14;

  /// A function of a script: its id. To Dart also its handle, serial number and name.
  static const int function = 15;
}

/// Keys of object maps in the flat encoding.
abstract final class Key {
  /// The first keys of a value, which later ones can refer to.
  static const int maxReferable = 32;

  /// The bit that marks the index of an earlier key. Without it the number is a length.
  static const int reference = 0x80000000;
}

/// The header of a flat encoding from Dart, in bytes.
abstract final class Header {
  /// The place of the id of the first new object.
  static const int firstObject = 0;

  /// The place of the number of new objects.
  static const int objectCount = 8;

  /// The length of the header.
  static const int length = 16;
}

/// Slots of the frame. The first word has a [Tag] and a length, the second one a scalar,
/// or where the bytes are.
abstract final class Slot {
  /// Words of 64 bits in a slot.
  static const int words = 2;

  /// The bits of the first word that are the [Tag].
  static const int tagMask = 0xff;

  /// The bits that the length is shifted by in the first word.
  static const int lengthShift = 8;

  /// The second word of a long string that was sent in parts before.
  static const int appended = -1;

  /// In place of the number of slots that are arguments: slot 0 has an array of them.
  static const int inArray = -1;
}

/// Words of the frame, the memory through which Dart and an engine talk.
abstract final class FrameWord {
  /// The execution that makes a request.
  static const int execution = 0;

  /// The id of the function that it calls.
  static const int function = 1;

  /// The number of slots that are arguments of the call, in either direction.
  static const int argumentCount = 2;

  /// The id of the Future that it waits for.
  static const int future = 3;

  /// The address of the input, for Dart to write to.
  static const int input = 4;

  /// The bytes that fit into the input.
  static const int inputCapacity = 5;

  /// The address of the ids of objects that no script needs any more.
  static const int released = 6;

  /// The number of these ids. Dart sets it to 0 when it has read them.
  static const int releasedCount = 7;

  /// The first slot. It has results and replies, too.
  static const int slots = 8;
}

/// Bounds that hold under every configuration.
abstract final class Bound {
  /// Arguments of a call, and slots in the frame.
  static const int arguments = 16;

  /// Levels of nesting in a value that crosses.
  static const int nesting = 100000;

  /// Levels of nesting in an expression.
  static const int expressionDepth = 256;

  /// Bytes of input that are always kept. A larger buffer may be given back.
  static const int keptInput = 65536;
}

/// Results of native functions that run no script.
abstract final class Status {
  /// The call did what it was asked to.
  static const int ok = 0;

  /// The call was given something invalid, and did nothing.
  static const int invalid = -1;
}

/// Results of native functions that run a script, or else [Status.invalid].
abstract final class Step {
  /// The script ended with the value in slot 0.
  static const int done = 0;

  /// It wants a Dart function called.
  static const int call = 1;

  /// It waits for a Future.
  static const int pending = 2;

  /// It ended with the error that slot 0 describes.
  static const int failed = 3;

  /// It has run for a while, and lets the event loop run.
  static const int yielded = 4;
}

/// Answers that an execution is resumed with.
abstract final class Reply {
  /// The awaited Future has completed, or the event loop had its turn.
  static const int goOn = 0;

  /// The function returned the value in slot 0.
  static const int value = 1;

  /// The function failed with the error that slot 0 describes.
  static const int error = 2;

  /// The function returned a Future.
  static const int pending = 3;
}

/// Time in the event loop, in microseconds.
abstract final class EventLoop {
  /// The length of a turn: scripts that have held the event loop for so long let it run.
  static const int turn = 500;

  /// In place of the time for which it has been held: the script need not let it run.
  static const int unwatched = -1;
}

/// Ids of the Dart functions that every engine has.
abstract final class FunctionId {
  /// Writes what `print` prints.
  static const int print = 0;

  /// Writes what `debug` prints, with its line and its column.
  static const int debug = 1;

  /// Compares two Dart objects.
  static const int equals = 2;

  /// Makes a string of a Dart object.
  static const int describe = 3;

  /// Names the type of a Dart object.
  static const int typeName = 4;

  /// Drives the calls of `parallel`.
  static const int parallel = 5;

  /// Makes an iterator of a Dart object.
  static const int iterate = 6;

  /// Takes the next value of an iterator: an array of it, or `()` after the last one.
  static const int next = 7;

  /// Loads the text of a module.
  static const int loadModule = 8;

  /// How many there are.
  static const int count = 9;
}

/// Kinds of values that a parameter accepts, as bits.
abstract final class Kind {
  /// `()`.
  static const int unit = 0x0001;

  /// A boolean.
  static const int boolean = 0x0002;

  /// An integer.
  static const int integer = 0x0004;

  /// A floating point number.
  static const int float = 0x0008;

  /// A string.
  static const int string = 0x0010;

  /// A character.
  static const int char = 0x0020;

  /// An array.
  static const int array = 0x0040;

  /// An object map.
  static const int map = 0x0080;

  /// A blob.
  static const int blob = 0x0100;

  /// A range with or without its end.
  static const int range = 0x0200;

  /// A function pointer.
  static const int function = 0x0400;

  /// A Dart object.
  static const int object = 0x0800;

  /// Everything, also what is not listed here.
  static const int any = 0x0fff;

  /// Values of other kinds too. The call then fails.
  static const int open = 0x8000;

  /// The bits that the kinds are shifted by that Dart converts for the parameter.
  static const int convertedShift = 16;
}

/// Bits that say what scripts of a new engine may use.
abstract final class EngineFlag {
  /// Files that are imported.
  static const int allowFileIo = 1;

  /// `eval`.
  static const int allowEval = 2;

  /// `import` and `export`.
  static const int allowModules = 4;

  /// Modules whose texts a Dart function loads.
  static const int loadsModules = 8;
}

/// Bits of what a fork takes over that its configuration could have otherwise.
abstract final class Inherited {
  /// Words and functions that are switched off.
  static const int restrictions = 1;

  /// Texts of modules that a Dart function has loaded.
  static const int moduleTexts = 2;
}

/// Places of the numbers that a new engine is made of; 0 stands for no limit.
abstract final class EngineNumber {
  /// Operations.
  static const int maxOperations = 0;

  /// Nested calls.
  static const int maxStackDepth = 1;

  /// Levels of nested expressions.
  static const int maxExpressionDepth = 2;

  /// Bytes of a string.
  static const int maxStringLength = 3;

  /// Elements of an array, and bytes of a blob.
  static const int maxArraySize = 4;

  /// Entries of an object map.
  static const int maxMapSize = 5;

  /// Variables.
  static const int maxVariables = 6;

  /// Functions.
  static const int maxFunctions = 7;

  /// Imports.
  static const int maxModules = 8;

  /// Bytes of memory.
  static const int maxMemory = 9;

  /// Bytes of output.
  static const int maxOutputLength = 10;

  /// Bytes of compiled scripts that are kept. Here, 0 stands for none.
  static const int scriptCacheSize = 11;

  /// Microseconds of running.
  static const int timeout = 12;

  /// Microseconds in all, waiting included.
  static const int totalTimeout = 13;

  /// The number of these numbers.
  static const int count = 14;
}

/// Slots of the numbers of an engine.
abstract final class EngineStat {
  /// Bytes of memory that executions use which have not ended.
  static const int memory = 0;

  /// The most bytes of memory that one execution has used.
  static const int peakMemory = 1;

  /// Bytes of memory that were lost.
  static const int leakedBytes = 2;

  /// Texts that are kept compiled.
  static const int cachedScripts = 3;

  /// Bytes that these take.
  static const int cachedBytes = 4;

  /// Scripts that were compiled once, and that Dart has.
  static const int compiledScripts = 5;

  /// The number of these numbers.
  static const int count = 6;
}

/// Lists of names that are switched off, or on.
abstract final class NameList {
  /// Keywords and operators that are disabled.
  static const int disabledSymbols = 0;

  /// The functions of Rhai that are allowed; all others are not.
  static const int allowedFunctions = 1;

  /// Functions of Rhai that are not allowed.
  static const int deniedFunctions = 2;

  /// The result if all names are known, and not the index of an unknown one.
  static const int allKnown = -1;

  /// The result if the call was invalid.
  static const int invalid = -2;

  /// The line feed that ends each name.
  static const int terminator = 0x0a;
}

/// Limits that a script or a value can break.
abstract final class Limit {
  /// The time that reading a value may take. It is reported as a limit of time.
  static const int readingTime = -1;

  /// Operations.
  static const int operations = 0;

  /// Nested calls.
  static const int stackDepth = 1;

  /// Levels of nested expressions.
  static const int expressionDepth = 2;

  /// Bytes of a string.
  static const int stringLength = 3;

  /// Elements of an array, and bytes of a blob.
  static const int arraySize = 4;

  /// Entries of an object map.
  static const int mapSize = 5;

  /// Variables.
  static const int variables = 6;

  /// Functions.
  static const int functions = 7;

  /// Imports.
  static const int modules = 8;

  /// Bytes of memory.
  static const int memory = 9;

  /// Bytes of output.
  static const int outputLength = 10;

  /// Levels of data that script functions held by Dart keep alive.
  static const int nesting = 11;

  /// Bytes of native stack.
  static const int nativeStack = 12;
}

/// Kinds of script errors.
abstract final class ErrorKind {
  /// The script is not valid Rhai.
  static const int syntax = 1;

  /// The script failed while it ran, or threw.
  static const int runtime = 2;

  /// The script took longer than it may.
  static const int timeLimit = 3;

  /// The script was cancelled.
  static const int cancelled = 4;

  /// The native side failed.
  static const int ffi = 5;

  /// A value cannot cross.
  static const int conversion = 6;

  /// The script broke a limit.
  static const int limit = 7;
}

/// Kinds of [ErrorKind.runtime] errors, in the order of `RhaiRuntimeErrorKind`.
abstract final class RuntimeErrorKind {
  /// The script threw something, or a function of Rhai's failed.
  static const int thrown = 0;

  /// A Dart function failed.
  static const int dartFunction = 1;

  /// There is no such function, or none with such arguments.
  static const int functionNotFound = 2;

  /// There is no such variable.
  static const int variableNotFound = 3;

  /// A value has no such property.
  static const int propertyNotFound = 4;

  /// An index is out of bounds.
  static const int indexOutOfBounds = 5;

  /// A value has another type than the needed one.
  static const int typeMismatch = 6;

  /// `this` is used where there is none.
  static const int unboundThis = 7;

  /// A `for` goes over something without items.
  static const int notIterable = 8;

  /// A constant would be changed.
  static const int constantChanged = 9;

  /// A value is used while it is being changed.
  static const int dataRace = 10;

  /// A number is too large, or divided by 0.
  static const int arithmetic = 11;

  /// There is no such module.
  static const int moduleNotFound = 12;

  /// A `break` or the like is where it means nothing.
  static const int misplaced = 13;

  /// More scripts wait than the system has stacks for.
  static const int tooManyScripts = 14;

  /// Something else failed.
  static const int other = 15;

  /// A module imports itself, perhaps through others.
  static const int importCycle = 16;
}

/// Ids in place of that of a Dart error, for errors that have no Dart object.
abstract final class DartErrorId {
  /// The native side failed.
  static const int ffiError = -1;

  /// The awaited Future can never complete.
  static const int channelClosed = -2;

  /// A value cannot cross.
  static const int conversionError = -3;

  /// A value from Dart broke a limit.
  static const int brokenLimit = -4;
}

/// Fields of a script error, an array.
abstract final class ErrorField {
  /// The [ErrorKind].
  static const int kind = 0;

  /// The message.
  static const int message = 1;

  /// The line, or [Place.unknown].
  static const int line = 2;

  /// The column, or [Place.unknown].
  static const int column = 3;

  /// The calls that had not returned, innermost first.
  static const int calls = 4;

  /// The id of the Dart error, 0, or a [DartErrorId].
  static const int dartErrorId = 5;

  /// The value that the script threw.
  static const int thrown = 6;

  /// The [RuntimeErrorKind], the [Limit], or the caret in the faulty line.
  static const int number = 7;

  /// The value of the limit, or the time limit in microseconds.
  static const int value = 8;

  /// The name that a runtime error is about, or the faulty line.
  static const int text = 9;
}

/// Fields of a call in a script error.
abstract final class CallField {
  /// The function's name.
  static const int function = 0;

  /// The module that it is from.
  static const int source = 1;

  /// The line, or [Place.unknown].
  static const int line = 2;

  /// The column, or [Place.unknown].
  static const int column = 3;
}

/// Fields of a Dart error, an array that Dart writes.
abstract final class DartErrorField {
  /// The error's id, or [DartErrorId.brokenLimit].
  static const int id = 0;

  /// The type's name. After [DartErrorId.brokenLimit] it is a [Limit].
  static const int type = 1;

  /// The message.
  static const int message = 2;

  /// The Dart stack trace, or nothing.
  static const int stackTrace = 3;

  /// An object map of more entries; it may be left out.
  static const int more = 4;
}

/// Keys of an error that says why a value cannot cross.
abstract final class ConversionKey {
  /// The way to the value.
  static const String path = 'path';

  /// The problem with it.
  static const String problem = 'problem';

  /// A way to solve the problem.
  static const String hint = 'hint';
}

/// The result of a call with a `this`, an array.
abstract final class CallWithField {
  /// The function's result.
  static const int result = 0;

  /// `this` before the call.
  static const int before = 1;

  /// `this` after the call.
  static const int after = 2;
}

/// The description of a script that was compiled, an array.
abstract final class CompiledField {
  /// The script's id.
  static const int script = 0;

  /// The functions that Dart can call: [DeclarationField]s, with a comment.
  static const int functions = 1;
}

/// Fields of an analysis, an array.
abstract final class AnalysisField {
  /// The message of the syntax error, or `()`.
  static const int error = 0;

  /// The line that is not valid.
  static const int faultyLine = 1;

  /// The place of the error in this line, or [Place.unknown].
  static const int caret = 2;

  /// The line of the error, or [Place.unknown].
  static const int line = 3;

  /// The column of the error, or [Place.unknown].
  static const int column = 4;

  /// The warnings.
  static const int warnings = 5;

  /// The functions that the script declares.
  static const int functions = 6;

  /// The imports.
  static const int imports = 7;

  /// The variables that the script does not declare.
  static const int freeVariables = 8;

  /// The shape of the script in one line.
  static const int summary = 9;
}

/// Kinds of warnings, in the order of `AnalysisWarningKind`.
abstract final class WarningKind {
  /// A call of a function that does not exist.
  static const int unknownFunction = 0;

  /// A variable that nobody uses.
  static const int unusedVariable = 1;

  /// The use of a variable that does not exist.
  static const int undefinedVariable = 2;

  /// Code that never runs.
  static const int unreachableCode = 3;

  /// A function that hides one of the engine's.
  static const int shadowedFunction = 4;

  /// An assignment to a constant.
  static const int constantChanged = 5;
}

/// Fields of a warning in an analysis.
abstract final class WarningField {
  /// The [WarningKind].
  static const int kind = 0;

  /// The name that it is about.
  static const int name = 1;

  /// The message.
  static const int message = 2;

  /// The line, or [Place.unknown].
  static const int line = 3;

  /// The column, or [Place.unknown].
  static const int column = 4;
}

/// Fields of a declared function in an analysis.
abstract final class DeclarationField {
  /// The function's name.
  static const int name = 0;

  /// The names of its parameters.
  static const int parameters = 1;

  /// The line, or [Place.unknown].
  static const int line = 2;

  /// The column, or [Place.unknown].
  static const int column = 3;

  /// The comment above it, of a script that was compiled.
  static const int comment = 4;
}

/// Fields of an import in an analysis.
abstract final class ImportField {
  /// The path, or `()`.
  static const int path = 0;

  /// The name in the script, or `()`.
  static const int alias = 1;

  /// The line, or [Place.unknown].
  static const int line = 2;

  /// The column, or [Place.unknown].
  static const int column = 3;
}

/// Fields of a free variable in an analysis.
abstract final class FreeVariableField {
  /// The variable's name.
  static const int name = 0;

  /// The line, or [Place.unknown].
  static const int line = 1;

  /// The column, or [Place.unknown].
  static const int column = 2;
}

/// Lines and columns.
abstract final class Place {
  /// A line or a column that is not known.
  static const int unknown = 0;
}
