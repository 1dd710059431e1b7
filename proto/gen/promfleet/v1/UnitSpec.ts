// Original file: proto/fleet/v1/spec.proto

import type { Release as _promfleet_v1_Release, Release__Output as _promfleet_v1_Release__Output } from '../../promfleet/v1/Release.ts';
import type { File as _promfleet_v1_File, File__Output as _promfleet_v1_File__Output } from '../../promfleet/v1/File.ts';
import type { Check as _promfleet_v1_Check, Check__Output as _promfleet_v1_Check__Output } from '../../promfleet/v1/Check.ts';
import type { Reload as _promfleet_v1_Reload, Reload__Output as _promfleet_v1_Reload__Output } from '../../promfleet/v1/Reload.ts';
import type { Probe as _promfleet_v1_Probe, Probe__Output as _promfleet_v1_Probe__Output } from '../../promfleet/v1/Probe.ts';
import type { Stop as _promfleet_v1_Stop, Stop__Output as _promfleet_v1_Stop__Output } from '../../promfleet/v1/Stop.ts';
import type { Port as _promfleet_v1_Port, Port__Output as _promfleet_v1_Port__Output } from '../../promfleet/v1/Port.ts';
import type { Limits as _promfleet_v1_Limits, Limits__Output as _promfleet_v1_Limits__Output } from '../../promfleet/v1/Limits.ts';
import type { Sandbox as _promfleet_v1_Sandbox, Sandbox__Output as _promfleet_v1_Sandbox__Output } from '../../promfleet/v1/Sandbox.ts';
import type { Losses as _promfleet_v1_Losses, Losses__Output as _promfleet_v1_Losses__Output } from '../../promfleet/v1/Losses.ts';
import type { Secrets as _promfleet_v1_Secrets, Secrets__Output as _promfleet_v1_Secrets__Output } from '../../promfleet/v1/Secrets.ts';
import type { Tls as _promfleet_v1_Tls, Tls__Output as _promfleet_v1_Tls__Output } from '../../promfleet/v1/Tls.ts';
import type { Script as _promfleet_v1_Script, Script__Output as _promfleet_v1_Script__Output } from '../../promfleet/v1/Script.ts';

export interface UnitSpec {
  'name'?: (string);
  'component'?: (string);
  'release'?: (_promfleet_v1_Release | null);
  'program'?: (string);
  'argv'?: (string)[];
  'env'?: ({[key: string]: string});
  'user'?: (string);
  'files'?: (_promfleet_v1_File)[];
  'checks'?: (_promfleet_v1_Check)[];
  'reload'?: (_promfleet_v1_Reload | null);
  'ready'?: (_promfleet_v1_Probe)[];
  'stop'?: (_promfleet_v1_Stop | null);
  'ports'?: (_promfleet_v1_Port)[];
  'stopped'?: (boolean);
  'reportDrift'?: (boolean);
  'limits'?: (_promfleet_v1_Limits | null);
  'sandbox'?: (_promfleet_v1_Sandbox | null);
  'losses'?: (_promfleet_v1_Losses | null);
  'secrets'?: (_promfleet_v1_Secrets | null);
  'tls'?: (_promfleet_v1_Tls | null);
  'opaque'?: (boolean);
  'scripts'?: (_promfleet_v1_Script)[];
}

export interface UnitSpec__Output {
  'name': (string);
  'component': (string);
  'release': (_promfleet_v1_Release__Output | null);
  'program': (string);
  'argv': (string)[];
  'env': ({[key: string]: string});
  'user': (string);
  'files': (_promfleet_v1_File__Output)[];
  'checks': (_promfleet_v1_Check__Output)[];
  'reload': (_promfleet_v1_Reload__Output | null);
  'ready': (_promfleet_v1_Probe__Output)[];
  'stop': (_promfleet_v1_Stop__Output | null);
  'ports': (_promfleet_v1_Port__Output)[];
  'stopped': (boolean);
  'reportDrift': (boolean);
  'limits': (_promfleet_v1_Limits__Output | null);
  'sandbox': (_promfleet_v1_Sandbox__Output | null);
  'losses': (_promfleet_v1_Losses__Output | null);
  'secrets': (_promfleet_v1_Secrets__Output | null);
  'tls': (_promfleet_v1_Tls__Output | null);
  'opaque': (boolean);
  'scripts': (_promfleet_v1_Script__Output)[];
}
