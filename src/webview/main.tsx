import { render } from 'preact';
import { App } from './app';
import './panel.css';

const root = document.createElement('div');
root.id = 'recommend-llm';
document.body.append(root);
render(<App />, root);
