/// A small client of Redis.
library;

import 'dart:async';
import 'dart:collection';
import 'dart:convert';
import 'dart:io';
import 'dart:math';
import 'dart:typed_data';

/// A connection to a Redis server, which may have any number of commands under way.
final class RedisConnection {
  RedisConnection._(this._socket) : _replies = _ReplyReader(_socket) {
    unawaited(_receive());
    // The reading end reports what breaks the connection.
    _socket.done.ignore();
  }

  final Socket _socket;
  final _ReplyReader _replies;
  final Queue<Completer<Object?>> _waiting = Queue();
  bool _isClosed = false;

  /// Connects to the server on a [port] of the loopback address.
  static Future<RedisConnection> open(int port) async {
    final socket = await Socket.connect(InternetAddress.loopbackIPv4, port);
    socket.setOption(SocketOption.tcpNoDelay, true);
    return RedisConnection._(socket);
  }

  /// Sends a command of texts, numbers and bytes.
  ///
  /// Completes with the reply: an int, a String for a status, the bytes of a value,
  /// null for a missing one, or a list of replies. Such a list may contain
  /// [RedisError]s. Fails with a [RedisError] if the server refuses the command, and
  /// with a [SocketException] if the connection breaks.
  Future<Object?> send(List<Object?> command) async {
    if (_isClosed) throw const SocketException.closed();
    final message = BytesBuilder(copy: false)
      ..add(ascii.encode('*${command.length}\r\n'));
    for (final part in command) {
      final bytes = part is Uint8List ? part : utf8.encode('$part');
      message
        ..add(ascii.encode('\$${bytes.length}\r\n'))
        ..add(bytes)
        ..add(ascii.encode('\r\n'));
    }
    final completer = Completer<Object?>();
    _waiting.add(completer);
    _socket.add(message.takeBytes());
    final reply = await completer.future;
    return reply is RedisError ? throw reply : reply;
  }

  /// Replies come in the order in which the commands were sent.
  Future<void> _receive() async {
    try {
      while (true) {
        final reply = await _replies.next();
        _waiting.removeFirst().complete(reply);
      }
    } catch (error, stackTrace) {
      close();
      for (final completer in _waiting) {
        completer.completeError(error, stackTrace);
      }
      _waiting.clear();
    }
  }

  /// Closes the connection. Commands that wait for their reply fail.
  void close() {
    _isClosed = true;
    _socket.destroy();
  }
}

/// An error that the server answers to a command.
final class RedisError implements Exception {
  const RedisError(this.message);

  /// The server's words, such as `ERR unknown command`.
  final String message;

  @override
  String toString() => message;
}

/// Reads replies in RESP 2, the protocol of Redis.
final class _ReplyReader {
  _ReplyReader(Stream<Uint8List> stream) : _chunks = StreamIterator(stream);

  final StreamIterator<Uint8List> _chunks;
  Uint8List _chunk = Uint8List(0);
  int _offset = 0;

  Future<Object?> next() async {
    final line = await _line();
    final rest = line.substring(1);
    switch (line[0]) {
      case '+':
        return rest;
      case '-':
        return RedisError(rest);
      case ':':
        return int.parse(rest);
      case r'$':
        final length = int.parse(rest);
        if (length < 0) return null;
        final value = await _bytes(length);
        await _line();
        return value;
      case '*':
        final length = int.parse(rest);
        if (length < 0) return null;
        return [for (var i = 0; i < length; i++) await next()];
      default:
        throw FormatException('not a reply of Redis', line);
    }
  }

  Future<String> _line() async {
    final line = BytesBuilder();
    while (true) {
      await _fill();
      final byte = _chunk[_offset++];
      if (byte == 0x0a) return utf8.decode(line.takeBytes());
      if (byte != 0x0d) line.addByte(byte);
    }
  }

  Future<Uint8List> _bytes(int length) async {
    final bytes = Uint8List(length);
    var done = 0;
    while (done < length) {
      await _fill();
      final size = min(length - done, _chunk.length - _offset);
      bytes.setRange(done, done + size, _chunk, _offset);
      done += size;
      _offset += size;
    }
    return bytes;
  }

  /// Waits until there is a byte to read.
  Future<void> _fill() async {
    while (_offset == _chunk.length) {
      if (!await _chunks.moveNext()) {
        throw const SocketException('the Redis server closed the connection');
      }
      _chunk = _chunks.current;
      _offset = 0;
    }
  }
}
