import 'package:rhai_dart/rhai_dart.dart';

import 'redis_connection.dart';

/// Registers a bank, a warehouse and a mail server. Redis remembers what they did, as it would
/// be remembered outside.
void registerServices(
  RhaiEngine engine,
  RedisConnection redis,
  void Function(String line) log,
) => engine
  // It takes a key, and charges once for each, however often it is asked: that makes steps,
  // which run at least once, charge exactly once.
  ..registerFunction('charge', (String key, num amount) async {
    final tries = await redis.send(['INCR', 'bank:$key:tries']);
    if (tries == 1) throw StateError('the bank does not answer');
    final isNew = await redis.send(['SETNX', 'bank:$key', '$amount']);
    log(isNew == 1 ? 'charged $amount' : 'was charged before');
    return 'payment $key';
  })
  ..registerFunction('refund', (String payment) async {
    log('refunded $payment');
  })
  ..registerFunction('pack', (List<String> items) async {
    log('packing ${items.join(', ')} …');
    await Future<void>.delayed(const Duration(seconds: 1));
    log('packed');
  })
  ..registerFunction('send_mail', (String to, String text) async {
    await redis.send(['RPUSH', 'mails:$to', text]);
    log('sent a mail to $to: $text');
    // Its answer takes a while.
    await Future<void>.delayed(const Duration(milliseconds: 500));
  });
