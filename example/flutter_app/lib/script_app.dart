import 'package:flutter/material.dart';

import 'script_page.dart';

/// A script editor.
class ScriptApp extends StatelessWidget {
  /// Creates the app.
  const ScriptApp({super.key});

  @override
  Widget build(BuildContext context) => MaterialApp(
    title: 'Rhai scripts',
    debugShowCheckedModeBanner: false,
    theme: ThemeData(
      colorScheme: ColorScheme.fromSeed(seedColor: const Color(0xFF00696D)),
    ),
    home: const ScriptPage(),
  );
}
