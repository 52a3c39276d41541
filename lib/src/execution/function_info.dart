/// Describes registered functions to users.
library;

import '../parameters/result_types.dart';
import '../parameters/type_names.dart';
import '../rhai_function_info.dart';
import 'registered_function.dart';

/// Describes a function.
RhaiFunctionInfo describeFunction(RegisteredFunction function) {
  final RegisteredFunction(:types, :arities, :parameterNames) = function;
  // The lowest bit.
  final required = (arities & -arities).bitLength - 1;
  final result = resultKindsOf(function.function, required);
  return RhaiFunctionInfo(
    name: function.name,
    parameters: List.unmodifiable([
      for (final (index, type) in types.indexed)
        RhaiParameterInfo(
          name: parameterNames?[index],
          type: typeNameOf(type.kinds),
          isOptional: index >= required,
        ),
    ]),
    returnType: result == null ? null : typeNameOf(result),
    doc: function.doc,
    origin: function.origin,
  );
}
