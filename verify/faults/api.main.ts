/** The API with what takes the harness's orders, as one module that the tests can bundle. */
import './preload.js';
import '../../apps/api/src/main.js';
