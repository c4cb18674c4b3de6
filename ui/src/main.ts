import { mount } from 'svelte'
import { isTauri } from '@tauri-apps/api/core'
import App from './App.svelte'
import './style.css'

const target = document.getElementById('app')
if (!target) throw new Error('index.html has no #app')

// `npm run dev` in a browser has no Rust side: a scripted one answers there. It is not in a build.
if (import.meta.env.DEV && !isTauri()) (await import('./demo')).mockBackend()

mount(App, { target })
