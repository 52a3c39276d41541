import 'package:test/test.dart';

import '../../../hook/src/build_failure.dart';

/// Matches what ends in a [BuildFailure] with [part] and [other] in its message.
Matcher failsWith(String part, [String? other]) => throwsA(
  isA<BuildFailure>().having(
    (failure) => failure.message,
    'message',
    allOf(contains(part), contains(other ?? '')),
  ),
);
