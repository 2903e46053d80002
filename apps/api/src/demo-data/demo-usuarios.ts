import type { Rol } from '../database/schema.js';

/** Published on purpose: never in production, where the configuration refuses demo data. */
export const DEMO_PASSWORD = 'gad-demo';

export interface DemoUsuario {
  readonly id: number;
  readonly uuid: string;
  readonly dni: string;
  readonly nombre: string;
  readonly apellido: string;
  readonly email: string;
  readonly telefono: string;
  readonly rol: Rol;
}

export const DEMO_ADMIN: DemoUsuario = {
  id: 1,
  uuid: '6adde000-0000-4000-8000-000000000001',
  dni: 'DEMO0001',
  nombre: 'Ana',
  apellido: 'Ferreyra',
  email: 'admin@gad.local',
  telefono: '+54 11 5555-0101',
  rol: 'admin',
};

export const DEMO_USUARIO: DemoUsuario = {
  id: 2,
  uuid: '6adde000-0000-4000-8000-000000000002',
  dni: 'DEMO0002',
  nombre: 'Bruno',
  apellido: 'Quiroga',
  email: 'usuario@gad.local',
  telefono: '+54 11 5555-0102',
  rol: 'usuario',
};

export const DEMO_SUPERVISOR: DemoUsuario = {
  id: 3,
  uuid: '6adde000-0000-4000-8000-000000000003',
  dni: 'DEMO0003',
  nombre: 'Carla',
  apellido: 'Medina',
  email: 'supervisor@gad.local',
  telefono: '+54 11 5555-0103',
  rol: 'supervisor',
};

export const DEMO_USUARIOS: readonly DemoUsuario[] = [DEMO_ADMIN, DEMO_USUARIO, DEMO_SUPERVISOR];
