import 'maplibre-gl/dist/maplibre-gl.css'
import './theme.css'
import { mount } from 'svelte'
import App from './App.svelte'
import { adopt } from './lib/api'
import { start } from './lib/router.svelte'

adopt()
start()
mount(App, { target: document.getElementById('app') as HTMLElement })
