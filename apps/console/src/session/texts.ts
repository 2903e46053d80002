import { defineTexts } from '../i18n/texts.js';

export const sessionTexts = defineTexts(
  {
    product: 'Consola del cache',
    welcome: 'Entra para ver y dirigir el cache',
    email: 'Correo electrónico',
    password: 'Contraseña',
    logIn: 'Entrar',
    loggingIn: 'Entrando…',
    adminsOnly: 'Solo para administradores.',
    ending: {
      none: '',
      logged_out: 'Has cerrado la sesión.',
      expired: 'La sesión ha terminado. Entra de nuevo.',
      idle: 'La sesión se cerró tras 30 minutos sin actividad.',
      elsewhere: 'La sesión se cerró en otra pestaña.',
    },
    forbidden: 'Esta consola es solo para administradores',
    forbiddenWhy: (email: string, rol: string) =>
      `Has entrado como ${email}, con el rol ${rol}. Pide el rol admin a quien administra el sistema, o entra con otra cuenta.`,
    otherAccount: 'Entrar con otra cuenta',
    unreachable: 'La API no responde',
    unreachableWhy: 'No se pudo comprobar la sesión. Nada se ha perdido: inténtalo de nuevo.',
  },
  {
    product: 'Cache console',
    welcome: 'Log in to see and steer the cache',
    email: 'E-mail address',
    password: 'Password',
    logIn: 'Log in',
    loggingIn: 'Logging in…',
    adminsOnly: 'For administrators only.',
    ending: {
      none: '',
      logged_out: 'You have logged out.',
      expired: 'The session has ended. Log in again.',
      idle: 'The session was closed after 30 minutes without activity.',
      elsewhere: 'The session was closed in another tab.',
    },
    forbidden: 'This console is for administrators only',
    forbiddenWhy: (email: string, rol: string) =>
      `You are logged in as ${email}, with the role ${rol}. Ask an administrator for the role admin, or log in with another account.`,
    otherAccount: 'Log in with another account',
    unreachable: 'The API does not answer',
    unreachableWhy: 'The session could not be checked. Nothing is lost: try again.',
  },
);
