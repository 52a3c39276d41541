/// Errors that tests look at closely.
library;

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

/// The error that [run] throws, which must be of this type.
E errorThrownBy<E extends RhaiException>(void Function() run) {
  try {
    run();
  } on E catch (error) {
    return error;
  }
  fail('it did not fail');
}
