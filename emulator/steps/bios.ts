// The PC's firmware, as the distribution builds it: SeaBIOS, and its VGA BIOS, without which it does not start.
import { packagesStep } from './packages.ts';

export const bios = packagesStep({ name: 'bios', packages: ['seabios'] });

/** Below the package's tree. */
export const BIOS_FILE = 'usr/share/seabios/bios.bin';
export const VGA_BIOS_FILE = 'usr/share/seabios/vgabios-stdvga.bin';
