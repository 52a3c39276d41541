// The options as a table, and what `copyWith` makes of its arguments.
part of 'engine_config.dart';

/// Checks [config], and copies what its owner could change.
///
/// Throws an [ArgumentError] if an option cannot have its value.
RhaiConfig checkedConfig(RhaiConfig config) => config.copyWith();

/// The numbers that a native engine is made of, in the order of [EngineNumber].
List<int> engineNumbersOf(RhaiConfig config) => _options.numbers(config);

/// The options of a configuration, one row for each.
final _options = Options<RhaiConfig>([
  Option(
    'maxOperations',
    (config) => config.maxOperations,
    number: EngineNumber.maxOperations,
  ),
  Option(
    'maxStackDepth',
    (config) => config.maxStackDepth,
    number: EngineNumber.maxStackDepth,
  ),
  Option(
    'maxExpressionDepth',
    (config) => config.maxExpressionDepth,
    number: EngineNumber.maxExpressionDepth,
    most: RhaiConfig.mostExpressionDepth,
  ),
  Option(
    'maxStringLength',
    (config) => config.maxStringLength,
    number: EngineNumber.maxStringLength,
  ),
  Option(
    'maxArraySize',
    (config) => config.maxArraySize,
    number: EngineNumber.maxArraySize,
  ),
  Option(
    'maxMapSize',
    (config) => config.maxMapSize,
    number: EngineNumber.maxMapSize,
  ),
  Option(
    'maxVariables',
    (config) => config.maxVariables,
    number: EngineNumber.maxVariables,
  ),
  Option(
    'maxFunctions',
    (config) => config.maxFunctions,
    number: EngineNumber.maxFunctions,
  ),
  Option(
    'maxModules',
    (config) => config.maxModules,
    number: EngineNumber.maxModules,
  ),
  Option(
    'maxMemory',
    (config) => config.maxMemory,
    number: EngineNumber.maxMemory,
  ),
  Option(
    'maxOutputLength',
    (config) => config.maxOutputLength,
    number: EngineNumber.maxOutputLength,
  ),
  Option(
    'scriptCacheSize',
    (config) => config.scriptCacheSize,
    number: EngineNumber.scriptCacheSize,
  ),
  Option(
    'timeout',
    (config) => config.timeout,
    number: EngineNumber.timeout,
    most: RhaiConfig.maxAsyncTimeout,
  ),
  Option(
    'totalTimeout',
    (config) => config.totalTimeout,
    number: EngineNumber.totalTimeout,
    most: RhaiConfig.maxAsyncTimeout,
  ),
  Option(
    'asyncTimeout',
    (config) => config.asyncTimeout,
    most: RhaiConfig.maxAsyncTimeout,
  ),
  Option('maxWaiting', (config) => config.maxWaiting),
  Option('allowFileIo', (config) => config.allowFileIo),
  Option('allowEval', (config) => config.allowEval),
  Option('allowModules', (config) => config.allowModules),
  Option('exposeStackTraces', (config) => config.exposeStackTraces),
  Option('disabledSymbols', (config) => config.disabledSymbols),
  Option('allowedFunctions', (config) => config.allowedFunctions),
  Option('deniedFunctions', (config) => config.deniedFunctions),
  Option('onPrint', (config) => config.onPrint),
  Option('onDebug', (config) => config.onDebug),
  Option('moduleLoader', (config) => config.moduleLoader),
]);

// Defaults of `copyWith` that stand for the value that there is.
const _sameNames = {'the same names'};
void _samePrint(String text) {}
void _sameDebug(String text, RhaiPosition position) {}
String? _sameLoader(String path, String? importer) => null;

bool? _not(bool? value) => value == null ? null : !value;

/// The time of an old number of milliseconds, which had no bound.
Duration? _timeOf(int? milliseconds) => milliseconds == null
    ? null
    : Duration(
        milliseconds: min(
          milliseconds,
          RhaiConfig.maxAsyncTimeout.inMilliseconds,
        ),
      );
