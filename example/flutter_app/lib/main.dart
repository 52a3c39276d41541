import 'package:flutter/material.dart';

import 'script_app.dart';

void main() => runApp(const ScriptApp());
